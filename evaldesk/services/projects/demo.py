"""The sample project: built from its sources, and taken through the whole job."""

import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from evaldesk.domain.errors import ProjectError
from evaldesk.domain.rubric import Rubric
from evaldesk.importers.mapping import RatingMapping
from evaldesk.services.importing.ratings import RatingImport, import_ratings
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.projects.sample_work import begin_work
from evaldesk.settings import data_folder, resource, sample_project
from evaldesk.storage.project import Project

NAME = "Support assistant"
RUNS = ("prompt-v14", "prompt-v15")
RUBRIC_FILE = "tool-using-agent.json"


def sample_copy() -> Path:
    """This person's own copy of the sample project, built at the first time."""
    path = data_folder() / "Sample project.evaldesk"
    return path if path.exists() else build_sample(path)


def build_sample(path: Path) -> Path:
    """Build the sample project from its sources.

    Raises:
        ProjectError: the file exists, or cannot be written.
    """
    if path.exists():
        raise ProjectError(f"{path} exists already.", "Open it, or remove it first.")
    path.parent.mkdir(parents=True, exist_ok=True)
    source = sample_project("support-assistant")
    # Built aside and moved when whole: an interrupted build leaves no half project.
    with tempfile.TemporaryDirectory(prefix=".evaldesk-", dir=path.parent) as scratch:
        built = Path(scratch) / path.name
        with Project.create(built, NAME) as project:
            _fill(project, source)
        shutil.move(built, path)
    return path


def _fill(project: Project, source: Path) -> None:
    import_files(
        project,
        [source / f"{run}.jsonl" for run in RUNS],
        TraceImport(dataset="support scenarios", author="Mara"),
    )
    rubric = Rubric.from_json(json.loads(resource("rubrics", RUBRIC_FILE).read_text("utf-8")))
    project.rubrics.save(rubric, "Mara", "From the template")
    columns = RatingMapping(
        unit=("unit",),
        rater="rater",
        criterion="criterion",
        value="value",
        comment="comment",
        time="time",
    )
    ratings = RatingImport(rubric.name, columns, author="Mara")
    import_ratings(project, source / "ratings.csv", ratings)
    for item in json.loads((source / "rulings.json").read_text("utf-8")):
        project.rulings.append(
            project.traces.find(item["trace"]),
            rubric.name,
            item["criterion"],
            item["kind"],
            item["value"],
            item["reason"],
            item["author"],
            item.get("time", ""),
        )
    _keep_versions(project)
    begin_work(project, source, rubric.name, RUNS)


def _keep_versions(project: Project) -> None:
    """What a team does with its test cases: redactions are named, and a suite gates releases."""
    from evaldesk.domain.dataset import ScenarioQuery
    from evaldesk.services.datasets.versions import edited, version_from
    from evaldesk.services.finding.query import parse

    base = project.datasets.versions()[-1]
    (row,) = project.datasets.rows(base.pk, project.datasets.find_scenarios(["PRI-0508"], base.pk))
    better = version_from(
        project,
        base,
        author="Mara",
        note="PRI-0508: the card number is a made-up one",
        edits={row.pk: edited(row.description, redactions=["card number"])},
    ).version
    gate = project.datasets.ids(
        better.pk, ScenarioQuery(where=parse('tier in ("critical", "important")'))
    )
    released = version_from(
        project,
        better,
        author="Mara",
        note="Critical and important scenarios of the support desk",
        dataset="release gate",
        only=gate,
    ).version
    project.datasets.freeze("Release 2.1", released.pk, author="Mara", note="Agreed with support")


def whole_job(folder: Path, tell: Callable[[str], None]) -> dict[str, Any]:
    """Import, agreement, rulings, comparison and workbook on the sample project.

    Args:
        folder: where project and workbook go; an earlier run's files in it are replaced.
        tell: told what is being done.

    Returns:
        ``project`` and ``workbook`` (paths), and ``findings`` (lines for people).
    """
    from evaldesk.services.comparing.comparison import compare
    from evaldesk.services.exporting.reporting import export_workbook
    from evaldesk.services.judging.adjudication import disagreements
    from evaldesk.services.judging.agreement import agreement

    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "support-assistant.evaldesk"
    workbook = folder / "support-assistant.xlsx"
    for old in (path, workbook):
        old.unlink(missing_ok=True)
    tell("Importing traces and ratings …")
    build_sample(path)
    with Project.open(path) as project:
        rubric = project.rubrics.list()[0].name
        tell("Measuring agreement …")
        agreed = agreement(project, rubric)
        differing = disagreements(project, rubric)
        tell("Comparing the two systems …")
        found = compare(project, *RUNS, "pass", by=["tier", "language", "topic"])
        tell("Writing the workbook …")
        export_workbook(
            project,
            workbook,
            author="Mara",
            comparisons=[(*RUNS, "pass"), (*RUNS, "gold.task_success")],
            by=["tier", "language", "topic"],
        )
    findings = ["Krippendorff's alpha with its 95 % interval:"]
    for item in agreed:
        alpha = item.alpha
        said = (
            alpha.undefined_reason
            if alpha.value is None or alpha.low is None or alpha.high is None
            else f"{alpha.value:.2f} [{alpha.low:.2f}, {alpha.high:.2f}], "
            f"{item.pairable_units} units, {item.raters} raters"
        )
        findings.append(f"  {item.criterion:<22} {said}")
    open_ones = sum(1 for one in differing if not one.ruled)
    findings.append(f"{len(differing)} disagreements, {open_ones} of them open.")
    gap = found.difference
    if gap.value is not None and gap.low is not None and gap.high is not None:
        findings.append(
            f"{RUNS[1]} against {RUNS[0]}: {gap.value * 100:+.1f} pp "
            f"[{gap.low * 100:+.1f}, {gap.high * 100:+.1f}] on "
            f"{len(found.pairs)} pairs, {found.losses} regressions."
        )
    return {"project": str(path), "workbook": str(workbook), "findings": findings}


def check_project() -> tuple[bool, str]:
    """Whether a project can be made, written and read here."""
    try:
        with tempfile.TemporaryDirectory(prefix="evaldesk-") as scratch:
            with Project.create(Path(scratch) / "check.evaldesk", "check") as project:
                name = project.name
        return name == "check", "made, written and read"
    except Exception as error:  # whatever is missing here is what the person must read
        return False, f"{type(error).__name__}: {error}"
