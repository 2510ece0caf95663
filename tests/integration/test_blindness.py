"""Nothing of another rater, of a judge or of a system can be reached by one who rates blind."""

import inspect
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from evaldesk.cli.main import main
from evaldesk.domain.errors import NotAllowedError, NotFoundError
from evaldesk.domain.preference import OVERALL
from evaldesk.domain.query import Comparison, TraceQuery
from evaldesk.domain.round import Round, RoundDraft, RoundItem, RoundRules
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, Rubric
from evaldesk.domain.trace import Annotation, Scenario, Score, TraceBody, TraceRecord
from evaldesk.jobs.runner import InlineJobRunner, JobControl
from evaldesk.services.judging import preferences
from evaldesk.services.labelling import pace, preferring, review, review_queue, suggesting
from evaldesk.services.labelling.answering import Sheet
from evaldesk.services.labelling.blinding import tags_for, veiled_by
from evaldesk.services.labelling.undo import SUBMISSION, Step
from evaldesk.services.reading import highlights
from evaldesk.services.reading.passages import passages_of
from evaldesk.services.rounds import overview as round_overview
from evaldesk.services.rounds import queue as round_queue
from evaldesk.services.rounds.planning import RoundPlan, start_round
from evaldesk.settings import Settings
from evaldesk.storage.preferences import Given
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.blindness import unless_blind
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.prefer.page import PreferPage
from evaldesk.ui.screens.registry import SCREENS
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.shell.host import ScreenHost
from evaldesk.ui.shell.trace_search import TraceSearch
from evaldesk.ui.workspace import Workspace

CANARY = "kanarie"
RUBRIC = Rubric.from_json(
    {
        "name": "Support",
        "criteria": [
            {"name": "success", "scale": {"kind": "binary"}, "required": True},
            {"name": "why", "scale": {"kind": "text"}, "required": False},
            {"name": "points", "scale": {"kind": "ratio"}, "required": False},
        ],
        "failure_modes": [{"name": "wrong_action", "title": "Wrong action"}, {"name": "late"}],
    }
)
NUMBER = 8152637.0
"""Another rater's number, and a judge's score: told wherever it is told."""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Six traces that Ada rates blind, and Bo has rated with canaries everywhere."""
    with Project.create(tmp_path / "p.evaldesk") as made:
        with made.ingest("made") as writer:
            for system in ("one", "two"):
                run = f"{CANARY}-run-{system}"
                details = {"model": f"{CANARY}-model"}
                writer.run(run, system=f"{CANARY}-system-{system}", dataset="", details=details)
                for number in range(3):
                    body: TraceBody = {
                        "messages": [
                            {"role": "user", "parts": [{"type": "text", "content": f"Q {number}"}]},
                            {
                                "role": "assistant",
                                "parts": [{"type": "text", "content": f"A {system}"}],
                                "model": f"{CANARY}-model",
                            },
                        ]
                    }
                    said = Annotation(
                        f"{CANARY}-label", label=f"{CANARY}-verdict", comment=f"{CANARY} said"
                    )
                    scores = {f"{CANARY}-judge": Score(NUMBER, f"{CANARY} reason")}
                    record = TraceRecord(
                        Scenario(
                            key=f"RET-{number}", input=f"Q {number}", title=f"Refund {number}"
                        ),
                        body,
                        system=f"{CANARY}-system-{system}",
                        scores=scores,
                        annotations=(said,),
                    )
                    writer.add(record, run)
            writer.finish("")
        made.rubrics.save(RUBRIC, "Olga")
        pks = list(made.traces.ids(TraceQuery()))
        items = [
            RoundItem(pk, ("Ada", "Bo"), repeats=("Ada",) if pk == pks[0] else ()) for pk in pks
        ]
        draft = RoundDraft(
            "Pilot", "main", "Support", ("Ada", "Bo"), items, plan={"note": CANARY}, note=CANARY
        )
        made.rounds.start(draft, f"{CANARY}-owner")
        for pk in pks:
            for name, value in (
                ("success", "no"),
                ("why", f"{CANARY} text"),
                ("points", NUMBER),
                (COMMENT, f"{CANARY} comment"),
                (FAILURE_MODES, ["late"]),
                (SEVERITY, "S1"),
            ):
                said_too = f"{CANARY} with the answer"
                made.ratings.answer(pk, "Support", name, "Bo", value, said_too, round="Pilot")
            flagged = pk == pks[1]
            made.ratings.submit(
                pk,
                "Support",
                "Bo",
                state="flagged" if flagged else "submitted",
                note=f"{CANARY} note",
                round="Pilot",
            )
            made.rulings.append(
                pk, "Support", "success", "other", "no", f"{CANARY} ruled", f"{CANARY}-judge"
            )
            made.notes.add(pk, "Bo", "note", message=0, text=f"{CANARY} remark")
            trace = made.traces.read(pk)
            made.highlights.put(
                highlights.make(
                    trace, passages_of(trace), 0, "text", 0, 3, author="Bo", kind="label",
                    label=f"{CANARY}-mark", comment=f"{CANARY} why", round="Pilot",
                )
            )  # fmt: skip
        yield made


def assert_blind(found: object, where: str) -> None:
    text = repr(found)
    assert CANARY not in text, f"{where}: {text[:400]}"
    assert "8152637" not in text, f"{where}: {text[:400]}"
    assert "'Bo'" not in text, f"{where}: {text[:400]}"


def use_cases(project: Project) -> dict[Callable[..., Any], Callable[[], object]]:
    """Every public function of the services that a rater works with, called as Ada would."""
    free = review.queue(project, RUBRIC, "Ada")
    queue = round_queue.round_queue(project, "Pilot", "Ada")
    item = queue.pks[0]
    answer = Step(item, "success", None, "yes")

    def refused(call: Callable[[], object]) -> object:
        with pytest.raises(NotAllowedError) as error:
            call()
        return str(error.value)

    return {
        review.trace_of: lambda: review.trace_of(item),
        review.reading_of: lambda: review.reading_of(item),
        review.state_after: lambda: review.state_after("submitted"),
        review.queue: lambda: (free.pks, free.progress, free.rater, free.round),
        review.narrow: lambda: (
            len(review.narrow(project, queue, CANARY)),
            [review.narrow(project, queue, "RET", frozenset({one})).pks for one in STATES],
        ),
        review.items: lambda: (
            review.items(project, free, free.pks),
            review.items(project, queue, queue.pks),
        ),
        review.answers: lambda: [
            review.answers(project, RUBRIC, pk, "Ada") for pk in (*free.pks, *queue.pks)
        ],
        review.sheet: lambda: [
            review.sheet(project, RUBRIC, pk, "Ada", round=within)
            for pk in queue.pks
            for within in ("", "Pilot")
        ],
        review.apply: lambda: review.apply(project, RUBRIC, "Ada", answer, round="Pilot"),
        review.answer: lambda: review.answer(project, RUBRIC, free.pks[0], "success", "Ada", "yes"),
        review.submit: lambda: review.submit(project, RUBRIC, free.pks[0], "Ada"),
        review.time_left: lambda: review.time_left([1.0, 2.0, 3.0, 4.0], 3),
        round_queue.round_queue: lambda: (queue.pks, queue.progress, queue.rater),
        round_queue.rounds_of: lambda: round_queue.rounds_of(project, "Ada"),
        round_queue.pending_in: lambda: round_queue.pending_in(project, "Support", "Ada"),
        round_queue.open_items: lambda: round_queue.open_items(project, "Pilot", "Ada"),
        round_queue.discussed: lambda: [
            refused(partial(round_queue.discussed, project, queue, pk)) for pk in queue.pks
        ],
        round_queue.feedback: lambda: [
            round_queue.feedback(project, queue, pk) for pk in queue.pks
        ],
        round_queue.training_result: lambda: round_queue.training_result(project, queue),
        suggesting.suggested: lambda: [
            suggesting.suggested(project, replace(queue, round=suggests(queue.round, rule)), pk)
            for pk in queue.pks
            for rule in ("", "earlier")
        ],
        suggesting.as_last_time: lambda: [
            suggesting.as_last_time(project, one, pk) for one in (free, queue) for pk in one.pks
        ],
        suggesting.answer_of_score: lambda: suggesting.answer_of_score(
            RUBRIC.criteria[0], Score(1.0)
        ),
        pace.pace: lambda: [pace.pace(project, one) for one in (free, queue)],
        pace.pace_of: lambda: pace.pace_of({1: 2.0}),
        pace.today: lambda: pace.today(project, "Ada", datetime.now(UTC)),
        round_queue.words_of: lambda: round_queue.words_of(RUBRIC, "success", "yes"),
        round_queue.fields_of: lambda: round_queue.fields_of(RUBRIC),
        # Names of raters are the round's own; the letters are only told after a reveal.
        round_queue.aliases: lambda: list(round_queue.aliases(queue.round).values()),  # type: ignore[arg-type]
    }


def suggests(found: Round | None, rule: str) -> Round:
    assert found is not None
    return replace(found, rules=replace(found.rules, suggest=rule))


STATES: tuple[review.State, ...] = ("pending", "draft", "submitted", "skipped", "flagged")


def test_no_use_case_of_a_rater_tells_what_anybody_else_said(project: Project) -> None:
    cases = use_cases(project)
    public = {
        found
        for module in (review, review_queue, round_queue, suggesting, pace)
        for name, found in inspect.getmembers(module, inspect.isfunction)
        if found.__module__ == module.__name__ and not name.startswith("_")
    }
    # A new use case has to be put to the test here as well. The first two are the owner's.
    public -= {suggesting.suggestion_uses, suggesting.check_suggests}
    assert public == set(cases)
    for function, call in cases.items():
        assert_blind(call(), function.__name__)


@pytest.mark.parametrize(
    "name",
    [
        "tag",
        f"score.{CANARY}-judge",
        "annotation.x",
        "differs",
        "rated",
        "unrated",
        "noted",
        "highlight",
    ],
)
def test_a_queue_cannot_be_picked_by_what_others_judged(project: Project, name: str) -> None:
    where = Comparison(name, "=", ("late",))
    with pytest.raises(NotAllowedError):
        review.queue(project, RUBRIC, "Ada", where=where)


def test_a_rater_has_only_their_own_highlights(project: Project) -> None:
    own = 0
    for pk in project.traces.ids(TraceQuery()):
        trace = project.traces.read(pk)
        assert_blind(highlights.of_trace(project, trace, "Ada"), "highlights")
        assert highlights.of_trace(project, trace, "").found == ()
        assert CANARY in repr(highlights.of_trace(project, trace, "Bo")), "the look finds them"
        mine = highlights.make(
            trace, passages_of(trace), 1, "text", 0, 1, author="Ada", kind="mode", label="late"
        )
        project.highlights.put(mine)
        own += len(project.highlights.of_trace(pk, "Ada"))
    assert own == 6
    assert_blind(project.highlights.labels("Ada"), "labels")
    # Nor are traces picked by another's labels while answers are still to come.
    theirs = Comparison("highlight", "=", (f"{CANARY}-mark",))
    assert tags_for(project, "Ada") == "Ada"
    assert not len(project.traces.ids(TraceQuery(where=theirs, tags_by="Ada")))
    assert len(project.traces.ids(TraceQuery(where=theirs))) == 6
    # Nor are they listed for one who still has items of a round to rate.
    with pytest.raises(NotAllowedError):
        list(highlights.of_project(project, person="Ada"))
    assert len(list(highlights.of_project(project, person="Olga"))) == 12
    # Nor does anybody change them.
    (stranger,) = project.highlights.of_trace(pk, "Bo")
    with pytest.raises(NotFoundError):
        project.highlights.put(replace(stranger, author="Ada"))


def test_the_screen_of_a_rater_shows_only_their_own_highlights(
    workspace: Workspace, project: Project, qtbot: QtBot
) -> None:
    page = ReviewPage(workspace)
    qtbot.addWidget(page)
    page.resize(1300, 900)
    page.show()
    page.opened()
    desk, canvas = page.highlighting.desk, page.trace_pane.single.canvas
    for item in page.controller.queue.pks:  # type: ignore[union-attr]
        page.controller.go(item)
        desk.load()
        assert desk.placed == [], "neither another's nor those of another reading"
        assert canvas.painter.marks.labelled == {}
        canvas.set_current(0)
        desk.begin()
        desk.leave()
        assert_blind(said_by(page), f"item {item}")


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path, project: Project) -> Iterator[Workspace]:
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "Ada")
    made = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    made.set_project(project)
    yield made
    made.set_project(None)
    made.jobs.shutdown()


def said_by(root: QObject) -> str:
    """Everything that a window's widgets, actions and models say to eye or screen reader."""
    said: list[str] = []
    for one in (root, *root.findChildren(QObject)):
        for name in ("text", "title", "toolTip", "windowTitle", "placeholderText", "toPlainText"):
            read = getattr(one, name, None)
            if callable(read):
                try:
                    said.append(str(read()))
                except TypeError:
                    continue
        if isinstance(one, QWidget):
            said += [one.accessibleName(), one.accessibleDescription(), one.statusTip()]
        if isinstance(one, QAction):
            said.append(one.iconText())
        if isinstance(one, QAbstractItemModel):
            said += models_say(one)
    return "\n".join(said)


def models_say(model: QAbstractItemModel) -> list[str]:
    roles = [*Qt.ItemDataRole, *(Qt.ItemDataRole.UserRole + more for more in range(1, 8))]
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(QModelIndex())
    return [
        repr(model.data(model.index(row, column, QModelIndex()), role))
        for row in range(model.rowCount(QModelIndex()))
        for column in range(columns)
        for role in roles
    ]


def test_no_item_of_the_review_screen_tells_anything(
    workspace: Workspace, project: Project, qtbot: QtBot
) -> None:
    page = ReviewPage(workspace)
    qtbot.addWidget(page)
    page.resize(1300, 900)
    page.show()
    page.opened()
    assert page.controller.scope.round == "Pilot"
    queue = page.controller.queue
    assert queue is not None
    seen = 0
    for item in queue.pks:
        page.controller.go(item)
        # What one could do there: beside another system's trace, an answer, a skip.
        page.compare()
        page.controller.answering.answer("success", "yes")
        told = said_by(page) + page.breadcrumb() + str(page.chips()) + page.status_text()
        assert_blind(told, f"item {item}")
        assert "Refund" in told
        page.compare()
        seen += 1
    assert seen == 7


def test_the_same_look_finds_what_a_round_does_show(
    workspace: Workspace, project: Project, qtbot: QtBot
) -> None:
    pks = list(project.traces.ids(TraceQuery()))
    rules = RoundRules(hide_systems=False, hide_scores=False)
    items = [RoundItem(pk, ("Ada",)) for pk in pks]
    project.rounds.start(RoundDraft("Plain", "main", "Support", ("Ada",), items, rules), "Olga")
    page = ReviewPage(workspace)
    qtbot.addWidget(page)
    page.resize(1300, 900)
    page.show()
    page.opened(round="Plain")
    told = said_by(page)
    assert f"{CANARY}-system" in told or f"{CANARY}-run" in told or f"{CANARY}-model" in told


def test_the_palette_finds_traces_without_naming_runs(
    workspace: Workspace, project: Project
) -> None:
    search = TraceSearch(workspace)
    found = search(project, "Q", 10, JobControl())
    assert len(found) >= 3
    assert_blind(found, "palette")
    assert {entry.screen for entry in found} == {"review"}
    workspace.unveiled.add(("Ada", "Pilot"))
    assert CANARY in repr(search(project, "Q", 10, JobControl()))


def test_screens_that_tell_are_kept_from_sight_until_all_is_rated(
    workspace: Workspace, project: Project, qtbot: QtBot
) -> None:
    host = ScreenHost(workspace, SCREENS, QWidget())
    qtbot.addWidget(host)
    host.show()
    for spec in SCREENS:
        if not spec.tells:
            continue
        assert host.show_screen(spec.id)
        assert host.currentWidget() is host.veil, spec.id
        assert host.current is None
        assert host.built(spec.id) is None, "it is not even read"
        assert_blind(said_by(host), spec.id)
    # Those that are not kept from sight tell nothing of systems, scores or answers.
    assert {spec.id for spec in SCREENS if not spec.tells} <= {
        "review",
        "prefer",
        "rounds",
        "rubrics",
        "import",
        "settings",
    }
    queue = round_queue.round_queue(project, "Pilot", "Ada")
    for item in queue.pks:
        done = Step(item, SUBMISSION, "draft", "flagged", "", "mine")
        review.apply(project, RUBRIC, "Ada", done, round="Pilot")
    assert veiled_by(project, "Ada") == ""
    assert host.show_screen("traces")
    assert host.currentWidget() is not host.veil


def test_another_person_at_the_same_window_is_veiled_at_once(
    workspace: Workspace, qtbot: QtBot
) -> None:
    workspace.set_user("Olga")
    host = ScreenHost(workspace, SCREENS, QWidget())
    qtbot.addWidget(host)
    host.show()
    host.show_screen("traces")
    assert host.currentWidget() is not host.veil
    workspace.set_user("Ada")
    assert host.currentWidget() is host.veil
    host.veil.look_button.click()
    assert ("Ada", "Pilot") in workspace.unveiled


def test_exports_ask_first(workspace: Workspace) -> None:
    prompts = workspace.prompts
    assert isinstance(prompts, ScriptedPrompts)
    went: list[bool] = []
    prompts.answers.append(None)
    unless_blind(workspace, "The file holds runs.", lambda: went.append(True))
    assert went == []


@pytest.mark.parametrize("hidden", [True, False])
def test_only_a_round_that_hides_something_veils(project: Project, hidden: bool) -> None:
    project.rounds.move("Pilot", "closed", "Olga")
    pks = list(project.traces.ids(TraceQuery()))
    rules = RoundRules(hide_systems=hidden, hide_scores=hidden)
    draft = RoundDraft(
        "Open", "main", "Support", ("Ada",), [RoundItem(pk, ("Ada",)) for pk in pks], rules
    )
    project.rounds.start(draft, "Olga")
    assert veiled_by(project, "Ada") == ("Open" if hidden else "")
    assert veiled_by(project, "Olga") == ""


@pytest.fixture
def paired(project: Project) -> Project:
    """Besides, three pairs that Ada compares blind, one of them twice; Bo has done so."""
    project.rounds.move("Pilot", "closed", "Olga")
    runs = (f"{CANARY}-run-one", f"{CANARY}-run-two")
    plan = RoundPlan(
        "Pairs",
        "Support",
        ("Ada", "Bo"),
        "pairwise",
        per_item=2,
        repeats=0.34,
        pairs=runs,
        note="which is better",
    )
    start_round(project, plan, f"{CANARY}-owner")
    for one in project.preferences.assigned("Pairs", "Bo"):
        given = [Given(OVERALL, "a", 3, f"{CANARY} reason")]
        place = (one.number, one.reading)
        project.preferences.record("Pairs", "Bo", place, given, state="submitted")
    return project


def test_no_use_case_of_comparing_tells_what_anybody_else_prefers(paired: Project) -> None:
    queue = preferring.pair_queue(paired, "Pairs", "Ada")
    item = queue.pks[0]
    step = Step(item, OVERALL, None, "left")
    seen = Sheet({OVERALL: "left"})
    cases: dict[Callable[..., Any], Callable[[], object]] = {
        preferring.questions: lambda: preferring.questions(RUBRIC),
        preferring.pair_queue: lambda: (queue.pks, queue.progress, queue.rater),
        preferring.listed_pairs: lambda: preferring.listed_pairs(paired, queue, queue.pks),
        # The traces themselves are shown veiled; see below.
        preferring.read_pair: lambda: [
            preferring.read_pair(paired, queue, one).sheet for one in queue.pks
        ],
        preferring.sheet: lambda: [
            preferring.sheet(paired, "Pairs", "Ada", one) for one in queue.pks
        ],
        preferring.choose: lambda: preferring.choose(item, seen, OVERALL, "tie"),
        preferring.weigh: lambda: preferring.weigh(item, seen, OVERALL, 2),
        preferring.give_reason: lambda: preferring.give_reason(item, seen, OVERALL, "why"),
        preferring.check_finished: lambda: preferring.check_finished(
            RUBRIC, Sheet({OVERALL: "tie"})
        ),
        preferring.apply: lambda: preferring.apply(paired, RUBRIC, "Ada", step, round="Pairs"),
        preferring.note_time: lambda: preferring.note_time(paired, queue, item, 10),
    }
    public = {
        found
        for name, found in inspect.getmembers(preferring, inspect.isfunction)
        if found.__module__ == preferring.__name__ and not name.startswith("_")
    }
    assert public == set(cases)
    for function, call in cases.items():
        assert_blind(call(), function.__name__)
    assert_blind(round_queue.rounds_of(paired, "Ada"), "rounds")
    # Which end of its pair a trace is would tell its run, were it told.
    assert "left" not in repr(preferring.listed_pairs(paired, queue, queue.pks))


def test_what_pairs_found_is_told_to_nobody_who_still_compares(
    paired: Project, tmp_path: Path
) -> None:
    assert round_overview.findings(paired, "Pairs", "Ada") == round_overview.RoundFindings()
    told = round_overview.overview(paired, "Pairs", "Ada")
    assert told.round.plan == {}
    assert [one.rater for one in told.progress] == ["Ada"]
    with pytest.raises(NotAllowedError):
        preferences.findings(paired, "Pairs", person="Ada")
    paired.close()
    out = tmp_path / "out.csv"
    for argv in (
        ["preferences", str(paired.path), "--round", "Pairs", "--author", "Ada"],
        ["pairs", "export", str(paired.path), "--round", "Pairs", "--out", str(out),
         "--author", "Ada"],
    ):  # fmt: skip
        assert main(argv) == 5
    assert not out.exists()


def test_no_pair_tells_its_systems_or_what_others_prefer(
    workspace: Workspace, paired: Project, qtbot: QtBot
) -> None:
    page = PreferPage(workspace)
    qtbot.addWidget(page)
    page.resize(1300, 900)
    page.show()
    page.opened(round="Pairs")
    queue = page.controller.queue
    assert queue is not None
    assert len(queue) == 4
    ids = [row.id for row in paired.traces.rows(list(paired.traces.ids(TraceQuery())))]
    copies = [spec.id for spec in workspace.actions.specs if spec.id.startswith("prefer.read_copy")]
    assert len(copies) >= 5
    for item in queue.pks:
        page.controller.go(item)
        page.controller.choose(OVERALL, "left")
        page.trace_pane.focus_trace()
        told = said_by(page) + page.breadcrumb() + str(page.chips()) + page.status_text()
        for copy in copies:
            workspace.actions.trigger(copy)
            told += QApplication.clipboard().text()
        assert "Q " in told
        assert_blind(told, f"pair {item}")
        assert not [one for one in ids if one in told]


def test_pairs_veil_the_other_screens_too(
    workspace: Workspace, paired: Project, qtbot: QtBot
) -> None:
    assert veiled_by(paired, "Ada") == "Pairs"
    assert veiled_by(paired, "Bo") == ""
    host = ScreenHost(workspace, SCREENS, QWidget())
    qtbot.addWidget(host)
    host.show()
    for spec in SCREENS:
        if spec.tells:
            host.show_screen(spec.id)
            assert host.currentWidget() is host.veil, spec.id
    host.show_screen("rounds", {"round": "Pairs"})
    # Who owns a round and who rates in it may be known; what is compared and preferred may not.
    told = said_by(host)
    assert "Pairs" in told
    for word in ("run-one", "run-two", f"{CANARY}-system", f"{CANARY} reason"):
        assert word not in told, word
    found = TraceSearch(workspace)(paired, "Q", 10, JobControl())
    assert_blind(found, "palette")
