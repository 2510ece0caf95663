"""A small project in which something of everything happened."""

from pathlib import Path

from evaldesk.domain.dataset import Description
from evaldesk.domain.round import RoundDraft, RoundItem
from evaldesk.domain.rubric import Criterion, Point, Rubric, Scale
from evaldesk.domain.trace import Annotation
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record
from tests.unit.storage.signing import TestSigner

RUBRIC = Rubric(
    "quality",
    (
        Criterion("correct", Scale("binary", (Point("no"), Point("yes")))),
        Criterion("tone", Scale("ordinal", (Point(1), Point(2), Point(3)))),
    ),
)


def worked_on(path: Path, signer: TestSigner | None = None) -> Project:
    """Everything that the log can cover, but what packages and retention bring."""
    project = Project.create(path, "worked on", "none")
    project.signer = signer
    with project.ingest("first.jsonl", author="ann") as writer:
        writer.begin_file("first.jsonl", "jsonl", "ann")
        writer.run("run", system="model", dataset="cases", details={"seed": 1})
        for number in range(4):
            scores = {"pass": number % 2, "cost": number / 4}
            said = Annotation("thumb", 1.0, "up", "good", "zed")
            one = record(number, scores=scores, tier="critical", slices={"lang": "de"})
            writer.add(one if number else record(0, annotations=(said,)), "run")
        writer.finish("ann")
        writer.end_file(sha256="a" * 64, added=4, already_there=0, notes=())
    fill(project, [record(number, scores={"late": 0.5}) for number in range(2)])
    project.rubrics.save(RUBRIC, "ann", "first")
    items = tuple(RoundItem(trace_pk=pk, raters=("ann", "bob"), role="sample") for pk in (1, 2))
    project.rounds.start(RoundDraft("r1", "main", "quality", ("ann", "bob"), items), "ann")
    for rater in ("ann", "bob"):
        given = [("correct", "yes", "well"), ("tone", 2, "")]
        project.ratings.record(1, "quality", rater, given, state="submitted", round="r1")
    project.ratings.answer(3, "quality", "correct", "ann", "no")
    project.ratings.answer(3, "quality", "correct", "ann", "yes")
    project.work_times.spent(1, "quality", "ann", 1200, round="r1")
    project.rounds.move("r1", "revealed", "ann", "all done")
    project.rulings.append(1, "quality", "correct", "adopt", "yes", "both agree", "cleo")
    project.notes.add(2, "ann", "note", text="see here")
    version = project.datasets.versions()[0]
    held = project.datasets.members(version.pk)
    edits = {min(held): Description(tier="critical", title="T", slices={"lang": "fr"})}
    project.datasets.make("cases", held, author="cleo", edits=edits)
    project.datasets.freeze("gate", version.pk, author="cleo")
    project.views.save("slow ones", "?q=slow", "ann")
    project.save_mapping("mine", "ratings", {"unit": "id"})
    project.set("network", "loopback")
    return project
