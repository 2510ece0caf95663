"""A real round by packages: sixty traces, three raters, out and back, and the same figures as when
all three label in one project.
"""

import shutil
from pathlib import Path
from random import Random

from evaldesk.credentials.identities import IdentityStore
from evaldesk.credentials.sealed_file import Cost
from evaldesk.domain.rubric import Rubric
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.judging.agreement import agreement
from evaldesk.services.labelling import review
from evaldesk.services.labelling.undo import SUBMISSION, Step
from evaldesk.services.packages import merging, sending, working
from evaldesk.services.projects.identities import trust
from evaldesk.services.projects.opening import open_project, verify_open
from evaldesk.services.rounds import queue as round_queue
from evaldesk.services.rounds.planning import RoundPlan, start_round
from evaldesk.storage.project import Project

RATERS = ("Ines", "Jun", "Oskar")
RUBRIC = Rubric.from_json(
    {
        "name": "Success",
        "criteria": [
            {"name": "success", "scale": {"kind": "binary"}},
            {
                "name": "care",
                "scale": {"kind": "ordinal", "points": [{"value": n} for n in (1, 2, 3)]},
            },
        ],
    }
)


def rate(project: Project, rater: str, judged: dict[tuple[str, str], tuple[str, int]]) -> None:
    """Answer as this rater would, told by what is asked and said: ids and systems are not there."""
    queue = round_queue.round_queue(project, "Pilot", rater)
    for item in queue.pks:
        trace = project.traces.read(review.trace_of(item))
        said = "".join(
            part["content"]
            for message in trace.body["messages"]
            for part in message["parts"]
            if part["type"] == "text"
        )
        success, care = judged.setdefault((rater, said), judgement(rater, said))
        for name, value in (("success", success), ("care", care)):
            step = Step(item, name, None, value)
            review.apply(project, queue.rubric, rater, step, round="Pilot")
        step = Step(item, SUBMISSION, "draft", "submitted")
        review.apply(project, queue.rubric, rater, step, round="Pilot")


def judgement(rater: str, said: str) -> tuple[str, int]:
    common, own = Random(said), Random(rater + said)
    base = common.random()
    good = base > 0.4 if own.random() > 0.15 else base <= 0.4
    return ("yes" if good else "no"), min(3, max(1, round(3 * base + own.uniform(-0.8, 0.8))))


def test_sixty_traces_out_and_back(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "traces" / "tau2"
    files = [folder / f"airline_{name}.json.gz" for name in ("claude-sonnet-4-5_aide", "gpt-4.1")]
    path = tmp_path / "packages.evaldesk"
    store = IdentityStore(tmp_path / "i", Cost(64, 1))
    people = {n: store.make(n, lambda _: "x", in_file=True) for n in ("Olga", *RATERS)}
    with Project.create(path) as project:
        import_files(project, files, TraceImport(author="Olga"))
        project.rubrics.save(RUBRIC, "Olga")
        plan = RoundPlan("Pilot", "Success", RATERS, sample=60, per_item=3, repeats=0.1, seed=5)
        start_round(project, plan, "Olga")
    direct = tmp_path / "direct.evaldesk"
    shutil.copy(path, direct)
    judged: dict[tuple[str, str], tuple[str, int]] = {}
    with Project.open(direct) as project:
        for rater in RATERS:
            rate(project, rater, judged)
        wanted = agreement(project, "Success", round="Pilot", resamples=50)
    with Project.open(path) as project:
        project.signer = people["Olga"]
        backs = []
        for rater in RATERS:
            reader = trust(project, people[rater].signed_card, "reviewer", "Olga")
            out = tmp_path / f"{rater}.evalpack"
            sent = sending.send(project, "Pilot", rater, reader, out, people["Olga"])
            assert sent.items == 66
            own = tmp_path / f"{rater}.evaldesk"
            working.open_package(out, own, people[rater], encrypted=False)
            with open_project(own) as theirs:
                theirs.signer = people[rater]
                rate(theirs, rater, judged)
                backs.append(tmp_path / f"{rater}-back.evalpack")
                working.give_back(theirs, backs[-1], people[rater])
                assert verify_open(theirs).ok
        report = merging.merge(project, [*reversed(backs), *backs], people["Olga"], "Olga")
        assert (report.exit_code, report.added, report.conflicts) == (0, 3 * 66 * 3, ())
        found = agreement(project, "Success", round="Pilot", resamples=50)
        assert verify_open(project).ok
    assert len(judged) == 3 * 60
    assert [one.alpha for one in found] == [one.alpha for one in wanted]
    assert [one.units for one in found] == [one.units for one in wanted]
    assert all(0.0 < float(one.alpha.value or 0) < 1.0 for one in found)
