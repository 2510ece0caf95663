"""The rounds screen: planning with a live preview, opening, progress, revealing, closing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import RoundDraft, RoundItem
from evaldesk.domain.rubric_reading import read_rubric
from evaldesk.jobs.runner import InlineJobRunner
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.actions import ActionRegistry
from evaldesk.ui.prompts import ScriptedPrompts
from evaldesk.ui.screens.rounds.page import RoundsPage
from evaldesk.ui.workspace import Workspace
from tests.unit.storage.records import fill, record

RUBRIC = read_rubric({"name": "R", "criteria": [{"name": "good", "scale": {"kind": "binary"}}]})
Open = Callable[..., RoundsPage]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.create(tmp_path / "p.evaldesk") as made:
        tiers = ("critical", "", "")
        fill(
            made,
            [record(n, tier=tiers[n % 3], scores={"pass": float(n % 2)}) for n in range(30)],
        )
        made.rubrics.save(RUBRIC, "Olga")
        yield made


@pytest.fixture
def workspace(qapp: QApplication, tmp_path: Path) -> Iterator[Workspace]:
    settings = Settings(tmp_path / "settings.json")
    settings.put("user", "Olga")
    made = Workspace(InlineJobRunner(), settings, ActionRegistry(settings), ScriptedPrompts())
    yield made
    made.set_project(None)
    made.jobs.shutdown()


@pytest.fixture
def open_page(workspace: Workspace, qtbot: QtBot) -> Open:
    def open_page(project: Project, **place: object) -> RoundsPage:
        page = RoundsPage(workspace)
        qtbot.addWidget(page)
        workspace.set_project(project)
        workspace.project_changed.connect(lambda changes, _: page.refresh(changes))
        page.resize(1280, 800)
        page.show()
        page.opened(**place)
        return page

    return open_page


def texts(widget: QWidget) -> str:
    return "\n".join(one.text() for one in widget.findChildren(QLabel) if not one.isHidden())


def settle(page: RoundsPage) -> None:
    """The plan is tried out after a pause; here at once."""
    page.controller._pause.stop()
    page.controller._try_out()


def test_a_plan_is_previewed_as_it_is_written_and_then_opened(
    open_page: Open, project: Project
) -> None:
    page = open_page(project)
    assert page.empty.isVisible()
    page.first_button.click()
    assert page.is_planning
    form = page.form
    form.raters.setText("Ada, Bo , Ada")
    form.sample.setValue(12)
    form.oversample.set_text("score.pass = 0")
    form.per_item.setValue(2)
    settle(page)
    told = texts(page.preview)
    assert "12" in told
    assert "24 assignments" in told
    assert "Ada" in told
    assert "oversampled" in told
    assert "assumed" in told
    assert page.preview.open_button.isEnabled()
    page.preview.open_button.click()
    (made,) = project.rounds.all()
    assert (made.raters, made.items, made.author) == (("Ada", "Bo"), 12, "Olga")
    assert made.plan["oversample"] == ["score.pass = 0"]
    assert not page.is_planning
    assert page.round_page.title.text() == made.name
    assert "0 / 24" in page.list.item(0).text()


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda form: form.per_item.setValue(9), "raters an item cannot be"),
        (lambda form: form.where.set_text("tier = nothing at all ("), ""),
        (lambda form: form.gold.setValue(3), "there are 0 of 3 that were asked for"),
        (lambda form: form.raters.setText(""), ""),
    ],
    ids=["too-many-raters", "bad-filter", "no-gold", "nobody"],
)
def test_a_plan_that_cannot_be_says_why_and_cannot_be_opened(
    open_page: Open, project: Project, change: Callable[[object], object], problem: str
) -> None:
    page = open_page(project, new=True)
    page.form.raters.setText("Ada, Bo")
    change(page.form)
    settle(page)
    assert not page.preview.problem.isHidden()
    assert problem in page.preview.problem.text()
    assert not page.preview.open_button.isEnabled()
    page.workspace.actions.trigger("rounds.open")
    assert project.rounds.all() == []


def start(project: Project) -> list[int]:
    pks = list(project.traces.ids(TraceQuery()))[:8]
    items = [RoundItem(pk, ("Ada", "Bo"), probability=0.5) for pk in pks]
    project.rounds.start(RoundDraft("Pilot", "calibration", "R", ("Ada", "Bo"), items), "Olga")
    for place, pk in enumerate(pks):
        for rater, value in (("Ada", place % 2), ("Bo", place % 3)):
            if rater == "Ada" and place == 7:
                continue
            answer = "yes" if value else "no"
            project.ratings.answer(pk, "R", "good", rater, answer, round="Pilot")
            project.ratings.submit(pk, "R", rater, round="Pilot")
            project.work_times.spent(pk, "R", rater, 60_000 + 1000 * place, round="Pilot")
    return pks


def test_the_owner_sees_progress_estimates_agreement_and_times(
    open_page: Open, project: Project
) -> None:
    pks = start(project)
    project.ratings.submit(pks[0], "R", "Bo", state="flagged", note="Which rule?", round="Pilot")
    page = open_page(project)
    told = texts(page.round_page)
    assert "Which rule?" in told
    for words in ("7 / 8", "8 / 8", "Estimates for all", "Agreement", "Median 1:03"):
        assert words in told
    assert "15 / 16" in page.list.item(0).text()


def test_a_rater_with_items_left_sees_only_themselves(
    open_page: Open, project: Project, workspace: Workspace
) -> None:
    pks = start(project)
    workspace.set_user("Ada")
    page = open_page(project)
    told = texts(page.round_page)
    assert "Ada" in told
    assert "8 / 8" not in told + page.list.item(0).text()
    assert "only how far you are" in told
    for words in ("Estimates", "Agreement", "Median"):
        assert words not in told
    assert page.round_page.reveal_button.isHidden()
    project.ratings.answer(pks[7], "R", "good", "Ada", "yes", round="Pilot")
    project.ratings.submit(pks[7], "R", "Ada", round="Pilot")
    page.controller.load()
    assert "Agreement" in texts(page.round_page)


def test_revealing_and_closing_ask_for_a_reason(
    open_page: Open, project: Project, workspace: Workspace
) -> None:
    start(project)
    page = open_page(project)
    prompts = workspace.prompts
    assert isinstance(prompts, ScriptedPrompts)
    page.round_page.reveal_button.click()
    assert project.rounds.get("Pilot").state == "open"  # dismissed
    prompts.answers.append("All are done.")
    page.round_page.reveal_button.click()
    assert project.rounds.get("Pilot").state == "revealed"
    assert "Before the reveal" in texts(page.round_page)
    assert page.round_page.reveal_button.isHidden()
    prompts.answers.append("Discussed.")
    page.round_page.close_button.click()
    assert project.rounds.get("Pilot").state == "closed"
    assert page.round_page.close_button.isHidden()


def test_rating_leads_to_review(open_page: Open, project: Project, workspace: Workspace) -> None:
    start(project)
    workspace.set_user("Bo")
    page = open_page(project)
    went: list[tuple[str, object]] = []
    workspace.navigated.connect(lambda screen, place: went.append((screen, place)))
    page.round_page.rate_button.click()
    assert went == [("review", {"round": "Pilot"})]


def test_a_plan_is_left_by_escape(open_page: Open, project: Project) -> None:
    page = open_page(project, new=True)
    assert page.is_planning
    page.activateWindow()
    page.form.setFocus()
    QTest.keyClick(page, Qt.Key.Key_Escape)
    page.workspace.actions.trigger("rounds.cancel")
    assert not page.is_planning
    assert project.rounds.all() == []
