"""Whatever a rater does, undoing takes all of it back, and doing it again brings all of it."""

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem, RoundRules
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, CannotJudge, Rubric
from evaldesk.domain.trace import Scenario, Score, TraceBody, TraceRecord
from evaldesk.services.labelling import review
from evaldesk.services.labelling.answering import not_asked
from evaldesk.services.rounds import queue as round_queue
from evaldesk.storage.project import Project
from evaldesk.ui.screens.review.controller import ReviewController
from evaldesk.ui.workspace import Workspace

RUBRIC = Rubric.from_json(
    {
        "name": "Agent",
        "criteria": [
            {"name": "called", "scale": {"kind": "binary"}, "cannot_judge": True},
            {
                "name": "arguments",
                "scale": {"kind": "ordinal", "points": [{"value": 1, "comment": True}, 2]},
                "shown_if": {"criterion": "called", "is": "yes"},
            },
            {
                "name": "deep",
                "required": False,
                "scale": {"kind": "nominal", "points": ["a", "b"]},
                "shown_if": {"criterion": "arguments", "is": 2},
            },
            {"name": "notes", "required": False, "scale": {"kind": "text"}},
        ],
        "failure_modes": [{"name": "late", "title": "Late"}, {"name": "wrong", "title": "Wrong"}],
    }
)
VALUES: dict[str, list[Any]] = {
    "called": ["yes", "no", CannotJudge("not shown"), None],
    "arguments": [1, 2, None],
    "deep": ["a", "b", None],
    "notes": ["one", "two", None],
    COMMENT: ["aha", None],
    FAILURE_MODES: [["late"], ["late", "wrong"], None],
}
ANSWERS = st.sampled_from(
    [("answer", name, value) for name, values in VALUES.items() for value in values]
)
DEEDS = st.one_of(
    ANSWERS,
    st.tuples(st.just("say"), st.sampled_from(["arguments", "called"]), st.sampled_from("xy")),
    st.sampled_from(
        [
            ("submit",),
            ("skip",),
            ("flag", "look"),
            ("flag", "again"),
            ("accept", ""),
            ("accept", "called"),
            ("last",),
            ("go", 0),
            ("go", 1),
            ("go", 2),
            ("undo",),
            ("redo",),
        ]
    ),
)
count = itertools.count()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Callable[[], Project]]:
    """Projects of three traces, of which a judge suggests what was called."""
    projects: list[Project] = []

    def make() -> Project:
        project = Project.create(tmp_path / f"{next(count)}.evaldesk")
        with project.ingest("made") as writer:
            writer.run("r", system="s", dataset="", details={})
            body: TraceBody = {"messages": []}
            for number, score in enumerate((1.0, 0.0, 1.0)):
                scenario = Scenario(key=f"S{number}", input=str(number))
                writer.add(TraceRecord(scenario, body, scores={"judge": Score(score)}), "r")
            writer.finish("")
        project.rubrics.save(RUBRIC, "olga")
        items = [RoundItem(pk, ("ada",)) for pk in project.traces.ids(TraceQuery())]
        rules = RoundRules(order="imported", suggest="judge judge for called")
        project.rounds.start(RoundDraft("Main", "main", "Agent", ("ada",), items, rules), "olga")
        projects.append(project)
        return project

    yield make
    for project in projects:
        project.close()


def stands(project: Project) -> dict[int, object]:
    """Everything that the disk says of every item; what is not asked any more must be gone."""
    queue = round_queue.round_queue(project, "Main", "ada")
    found: dict[int, object] = {}
    for pk in queue.pks:
        raw = project.ratings.own(pk, "Agent", "ada", round="Main")
        values = {name: one.value for name, one in raw.items() if one.value is not None}
        assert not_asked(RUBRIC, values) == []
        sheet = review.sheet(project, RUBRIC, pk, "ada", round="Main")
        found[pk] = (queue.state(pk), sheet.answers, sheet.said, sheet.sources, sheet.note)
    return found


def do(desk: ReviewController, deed: tuple[Any, ...]) -> None:
    queue = desk.queue
    assert queue is not None
    kind, *rest = deed
    if kind == "answer":
        desk.answering.answer(rest[0], rest[1])
    elif kind == "say":
        # Each saying is a step of its own here; letters of one text are joined elsewhere.
        if rest[0] in desk.answers:
            desk.answering.answer(rest[0], desk.answers[rest[0]], comment=rest[1])
    elif kind == "go":
        desk.go(queue.pks[rest[0]])
    else:
        {
            "submit": desk.handing.submit,
            "skip": desk.handing.skip,
            "flag": lambda: desk.handing.flag(rest[0]),
            "accept": lambda: desk.answering.accept(rest[0]),
            "last": desk.answering.fill_as_last_time,
            "undo": desk.answering.undo,
            "redo": desk.answering.redo,
        }[kind]()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=st.lists(DEEDS, min_size=1, max_size=14))
def test_undo_and_redo_restore_exactly(
    workspace: Workspace, made: Callable[[], Project], deeds: list[tuple[Any, ...]]
) -> None:
    project = made()
    workspace.set_project(project)
    desk = ReviewController(workspace)
    desk.begin_round("Main")
    desk.load()
    # What stood before each step that is still to be undone.
    before: list[dict[int, object]] = []
    for deed in deeds:
        length = len(desk.answering.history._done)
        here = stands(project)
        do(desk, deed)
        if deed[0] not in ("undo", "redo") and len(desk.answering.history._done) > length:
            before.append(here)
        elif deed[0] == "undo" and len(desk.answering.history._done) < length:
            assert stands(project) == before.pop()
        elif deed[0] == "redo" and len(desk.answering.history._done) > length:
            before.append(here)
    after: list[dict[int, object]] = []
    while before:
        after.append(stands(project))
        desk.answering.undo()
        assert stands(project) == before.pop()
    while after:
        desk.answering.redo()
        assert stands(project) == after.pop()
    workspace.set_project(None)
    desk.deleteLater()
