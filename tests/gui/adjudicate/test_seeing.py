"""What the screen shows, to whom, and what it keeps to itself."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QAbstractItemView, QLabel, QWidget

from evaldesk.domain.rubric import Rubric
from evaldesk.storage.project import Project
from evaldesk.ui.screens.adjudicate.models import ITEM_ROLE, PLACE_ROLE, VALUES_ROLE
from evaldesk.ui.screens.adjudicate.page import AdjudicatePage
from evaldesk.ui.workspace import Workspace

Key = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
Press = Callable[..., None]
RATERS = ("Ines", "Tomasz", "Amara")


def words(widget: QWidget) -> str:
    """Everything that a person or a screen reader could read below a widget."""
    parts = []
    for label in widget.findChildren(QLabel):
        parts.append(label.text())
    for child in widget.findChildren(QWidget):
        parts += [child.accessibleName(), child.toolTip()]
    for view in widget.findChildren(QAbstractItemView):
        model = view.model()
        if model is None:
            continue
        for row in range(model.rowCount()):
            columns = model.columnCount() if isinstance(model, QAbstractTableModel) else 1
            for column in range(columns):
                for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
                    parts.append(str(model.index(row, column).data(role)))
    return "\n".join(parts)


def listed(page: AdjudicatePage) -> list[str]:
    return [item.scenario for item in page.controller.view]


# -- blindness


def test_whoever_still_rates_is_asked_before_they_see_anything(
    open_page: Callable[..., AdjudicatePage], project: Project, workspace: Workspace
) -> None:
    workspace.set_user("Ines")
    page = open_page(project)
    assert page.gate.isVisible()
    assert page.gate.title.text() == "You still have 1 item to rate."
    assert page.controller.view == []
    assert page.controller.found is not None
    assert page.controller.found.items == []
    assert page.breadcrumb() == page.status_text() == ""
    assert "partly" not in words(page)
    went = []
    workspace.navigated.connect(lambda screen, place: went.append((screen, place)))
    page.gate.back.click()
    assert went == [("review", {"rubric": "Support"})]
    page.gate.anyway.click()
    assert page.desk.isVisible()
    assert len(page.controller.view) == 7
    # For this session.
    page.left()
    page.opened()
    assert page.desk.isVisible()


def test_another_person_is_asked_anew(page: AdjudicatePage, workspace: Workspace) -> None:
    assert page.desk.isVisible()
    workspace.set_user("Tomasz")
    assert page.gate.isVisible()
    assert page.controller.view == []
    assert page.controller.board is None
    workspace.set_user("Noor")
    assert page.desk.isVisible()


def test_one_who_neither_rated_nor_ruled_is_asked_in_other_words(
    open_page: Callable[..., AdjudicatePage], project: Project, workspace: Workspace
) -> None:
    workspace.set_user("Zoe")
    page = open_page(project)
    assert page.gate.isVisible()
    assert "Will you rate" in page.gate.title.text()


def test_nothing_on_the_desk_names_a_rater_or_the_system(page: AdjudicatePage) -> None:
    for place in [item.trace_pk for item in page.controller.view]:
        page.controller.go((place, "honest"))
        text = words(page.desk) + repr(page.chips()) + page.status_text()
        assert not [name for name in (*RATERS, "secret-model", "secret-run") if name in text]
    assert "Oak" in text


def test_systems_and_scores_are_shown_on_request(page: AdjudicatePage, press: Press) -> None:
    assert page.trace_pane.hide_systems
    press("s")
    assert not page.trace_pane.hide_systems
    assert "secret-run" in words(page.list_pane)
    assert "secret-model" in words(page.trace_pane)
    press("s")
    assert "secret-run" not in words(page.list_pane)


def test_answers_in_the_list_stand_as_on_the_board(page: AdjudicatePage) -> None:
    model = page.list_pane.model
    for row in range(model.rowCount()):
        index = model.index(row)
        page.controller.go(index.data(PLACE_ROLE))
        board, mine = page.controller.board, page.controller.board_row
        assert board is not None
        assert mine is not None
        scale = mine.criterion.scale
        shown = [scale.text_of(mine.values[a]) for a in board.aliases if a in mine.values]
        assert index.data(VALUES_ROLE) == " · ".join(shown)


# -- the list


def test_states_filters_and_search(page: AdjudicatePage, press: Press) -> None:
    assert len(listed(page)) == 7
    press("l")
    assert listed(page) == ["RET-05"]
    press("l")
    assert len(listed(page)) == 8
    page.controller.choose(severity="S1")
    assert listed(page) == ["RET-06"]
    page.controller.choose(severity="-", criterion="minutes")
    assert listed(page) == ["RET-07"]
    page.controller.choose(severity="", criterion="", text="number 3")
    assert listed(page) == ["RET-03"]
    page.controller.choose(text="nothing like it")
    assert page.list_pane.nothing.isVisible()
    assert "Nothing fits" in page.list_pane.nothing.text()
    assert page.controller.board is None


def test_orders(page: AdjudicatePage) -> None:
    assert listed(page)[0] == "RET-06"
    page.controller.choose(sort="scenario")
    assert listed(page) == sorted(listed(page))
    page.controller.choose(sort="spread")
    spreads = [item.spread for item in page.controller.view]
    assert spreads == sorted(spreads, reverse=True)


def test_the_pattern_lists_exactly_its_items(page: AdjudicatePage, press: Press) -> None:
    card = page.list_pane.pattern
    assert card.isVisible()
    assert "In 5 items the same rater alone says “no” where all others say “partly”" in (
        card.text.text()
    )
    press("p")
    assert [(item.scenario, item.criterion) for item in page.controller.view] == [
        (f"RET-{number:02}", "honest") for number in range(5)
    ]
    assert page.chips()[-1] == ("pattern: 5 items", "warn")
    press("1", "r", "Read the anchor so.")
    press(Key.Key_Return, modifier=Qt.KeyboardModifier.ControlModifier)
    # What is ruled on stays listed, with its mark.
    assert len(page.controller.view) == 5
    press("p")
    assert page.controller.scope.pattern is None


def test_without_a_pattern_there_is_no_card(page: AdjudicatePage, project: Project) -> None:
    for item in list(page.controller.view):
        project.rulings.append(
            item.trace_pk, "Support", item.criterion, "none_fits", None, "So.", "Noor"
        )
    page.controller.load()
    assert not page.list_pane.pattern.isVisible()


def test_what_is_listed_copies_as_a_table_without_names(page: AdjudicatePage, press: Press) -> None:
    press(Key.Key_C, modifier=CTRL | Qt.KeyboardModifier.ShiftModifier)
    lines = QGuiApplication.clipboard().text().rstrip().split("\n")
    rows = [dict(zip(lines[0].split("\t"), line.split("\t"), strict=True)) for line in lines[1:]]
    assert [row["scenario"] for row in rows] == listed(page)
    assert rows[0]["criterion"] == "success"
    assert rows[0]["severity"] == "S1"
    assert sorted(rows[0]["answers"].split(" · ")) == ["no", "yes"]
    assert not [name for name in RATERS if name in "\n".join(lines)]


def test_the_board_says_in_words_what_its_colours_say(page: AdjudicatePage) -> None:
    page.controller.choose(criterion="honest")
    model = page.board_pane.board.board
    last = model.columnCount() - 1
    rulings = [model.index(row, last).data() for row in range(model.rowCount())]
    assert rulings == ["agreed", "choose", "no answer"]
    page.controller.choose(criterion="success")
    rows = [[model.index(r, c).data() for c in range(4)] for r in range(model.rowCount())]
    assert rows[0][0] == "Task success"
    assert (sorted(rows[0][1:3]), rows[0][3]) == (["No", "Yes"], "choose")
    assert (rows[1][1:3], rows[1][3]) == (["—", "—"], "no answer")
    assert (sorted(rows[3][1:3]), rows[3][3]) == (["S1", "S3"], "worst: S1")


# -- agreement


def test_agreement_is_shown_with_interval_and_reading(page: AdjudicatePage, press: Press) -> None:
    press("a")
    assert page.panel.isVisible()
    fields = page.panel.criteria.fields
    assert [row[0].text for row in fields.fields] == ["Task success", "Honest", "minutes"]
    success, honest, _ = fields.fields
    assert success[1].text == "nominal"
    # Nearly all the same: a value without an interval says why, and nothing is read from it.
    assert "no interval" in success[2].text
    assert success[3].text == "no interval to read"
    assert "[" in honest[2].text
    assert honest[3].text == "below .667: not reliable"
    assert page.panel.pairs.fields.head == ["Rater 1", "Rater 2", "Rater 3"]
    press("a")
    assert page.desk.isVisible()


def test_the_status_bar_tells_of_the_question_in_hand(page: AdjudicatePage) -> None:
    page.controller.choose(criterion="honest")
    text = page.status_text()
    assert text.startswith("α (Honest) ")
    assert text.endswith("7 units, 3 raters")


def test_a_level_that_words_do_not_have_is_said_in_place(page: AdjudicatePage) -> None:
    page.show_agreement(True)
    page.agreement.choose(level="interval")
    rows = page.panel.criteria.fields.fields
    assert "needs numbers" in rows[1][2].text
    assert rows[2][1].text == "interval"


def test_slices_and_names_on_request(page: AdjudicatePage) -> None:
    page.show_agreement(True)
    page.agreement.choose(by="language")
    assert [row[0].text for row in page.panel.slices.fields.fields] == ["de", "en"]
    assert not [name for name in RATERS if name in words(page.panel)]
    page.panel.names.click()
    assert sorted(page.panel.pairs.fields.head) == sorted(RATERS)


def test_agreement_copies_as_a_table_with_full_precision(page: AdjudicatePage) -> None:
    page.show_agreement(True)
    page.agreement.choose(by="language")
    page.panel.copy()
    lines = QGuiApplication.clipboard().text().split("\n")
    head = lines[0].split("\t")
    assert {len(line.split("\t")) for line in lines[:4]} == {len(head)}
    first = dict(zip(head, lines[1].split("\t"), strict=True))
    (result,) = [
        one.result for one in page.agreement.outcomes or () if one.criterion.name == "success"
    ]
    assert result is not None
    assert float(first["alpha"]) == pytest.approx(result.alpha.value, rel=1e-5)
    assert "criterion\tlanguage\talpha\talpha_low\talpha_high\tunits" in lines
    assert not [name for name in RATERS if name in "\n".join(lines)]


def test_new_ratings_make_agreement_new(page: AdjudicatePage, project: Project) -> None:
    from evaldesk.domain.project import Changes

    page.controller.choose(criterion="honest")
    before = page.status_text()
    pk = project.traces.find("RET-09")
    for rater in RATERS:
        project.ratings.answer(pk, "Support", "honest", rater, "yes")
    page.workspace.changed(Changes.of("ratings", trace_pks=(pk,)), "elsewhere")
    assert page.status_text() != before
    assert "8 units" in page.status_text()


def test_return_lists_the_disagreements_on_a_question(page: AdjudicatePage, press: Press) -> None:
    press("a")
    page.panel.criteria.select_row(2)
    press(Key.Key_Return)
    assert page.desk.isVisible()
    assert listed(page) == ["RET-07"]


# -- nothing to show


def test_an_empty_project_says_what_belongs_here(
    open_page: Callable[..., AdjudicatePage], tmp_path: object, workspace: Workspace
) -> None:
    with Project.create(tmp_path / "empty.evaldesk") as project:  # type: ignore[operator]
        page = open_page(project)
        assert page.nothing.isVisible()
        assert "No rubric" in page.nothing.title.text()
        project.rubrics.save(
            Rubric.from_json(
                {"name": "New", "criteria": [{"name": "ok", "scale": {"kind": "binary"}}]}
            ),
            "Mara",
        )
        page.controller.load()
        assert "Nothing to adjudicate" in page.nothing.title.text()
        workspace.set_project(None)


def test_another_project_forgets_the_one_before(page: AdjudicatePage, workspace: Workspace) -> None:
    workspace.set_project(None)
    page.project_replaced()
    assert page.waiting.isVisible()
    assert page.controller.view == []
    assert page.breadcrumb() == page.status_text() == ""
    assert page.chips() == ()


def test_what_a_rater_flagged_carries_their_note(
    open_page: Callable[..., AdjudicatePage], project: Project
) -> None:
    page = open_page(project)
    first = page.list_pane.model.index(0)
    pk = first.data(ITEM_ROLE).trace_pk
    assert "Which policy?" not in first.data()
    rubric = page.controller.found.rubric.name  # type: ignore[union-attr]
    rater = project.people.raters(rubric)[0]
    project.ratings.submit(pk, rubric, rater, state="flagged", note="Which policy?")
    page.controller.load()
    rows = [page.list_pane.model.index(row) for row in range(page.list_pane.model.rowCount())]
    told = {row.data(ITEM_ROLE).trace_pk: row.data() for row in rows}
    assert "flagged: Which policy?" in told[pk]
    assert all("Which policy?" not in words for other, words in told.items() if other != pk)
