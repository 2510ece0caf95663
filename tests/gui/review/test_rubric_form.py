"""The form's own behaviour, without a project."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from evaldesk.domain.rubric import FAILURE_MODES, FailureMode, Rubric
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.rubric_form import RubricForm
from evaldesk.ui.widgets.rubric_form.choice_button import ChoiceButton
from evaldesk.ui.widgets.rubric_form.choices import ChoiceCard
from evaldesk.ui.widgets.rubric_form.modes import MODE_ROLE, ModesModel

LONG = "The whole order is cancelled, after the customer was asked and had agreed to it"


@pytest.fixture
def form(qtbot: QtBot) -> RubricForm:
    form = RubricForm()
    qtbot.addWidget(form)
    form.show_rubric(
        Rubric.from_json(
            {
                "name": "R",
                "criteria": [
                    {
                        "name": "long",
                        "scale": {"kind": "nominal", "points": [LONG, "Nothing"]},
                    },
                    {
                        "name": "many",
                        "scale": {"kind": "interval", "points": list(range(11))},
                    },
                ],
                "failure_modes": [{"name": "a"}],
            }
        )
    )
    return form


def test_a_long_label_wraps_instead_of_being_cut(form: RubricForm, qtbot: QtBot) -> None:
    form.resize(300, 600)
    form.show()
    qtbot.waitExposed(form)
    card = form.card("long")
    assert isinstance(card, ChoiceCard)
    wide, short = card.buttons
    assert wide.height() > short.height() + 8
    assert wide.width() < 300
    assert wide.geometry().bottom() < short.geometry().top()


def test_only_nine_points_have_a_digit(form: RubricForm) -> None:
    card = form.card("many")
    assert isinstance(card, ChoiceCard)
    assert [button.keys for button in card.buttons] == [*"123456789", "", ""]
    assert card.digit(9)
    assert not card.digit(10)


def test_choosing_only_asks_and_an_answer_is_shown_when_told(form: RubricForm) -> None:
    asked: list[tuple[str, object]] = []
    form.answered.connect(lambda name, value, typing: asked.append((name, value)))
    card = form.card("long")
    assert isinstance(card, ChoiceCard)
    card.buttons[1].click()
    assert asked == [("long", "Nothing")]
    assert not card.buttons[1].isChecked()
    form.show_answer("long", "Nothing")
    assert card.buttons[1].isChecked()
    assert card.accessibleDescription() == "Nothing"


def test_an_answer_that_the_scale_no_longer_has_marks_no_point(form: RubricForm) -> None:
    form.show_answers({"long": "Gone", FAILURE_MODES: ["gone_too"]})
    card = form.card("long")
    assert isinstance(card, ChoiceCard)
    assert not any(button.isChecked() for button in card.buttons)
    assert card.answered


def test_rows_break_where_the_room_ends(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    layout = FlowLayout(box, spacing=6)
    buttons = [ChoiceButton(text) for text in ("one", "two", "three")]
    for button in buttons:
        layout.addWidget(button)
    width = buttons[0].sizeHint().width() + 6 + buttons[1].sizeHint().width()
    layout.setGeometry(QRect(0, 0, width, 200))
    assert buttons[0].y() == buttons[1].y() < buttons[2].y()
    assert layout.heightForWidth(width) == 2 * buttons[0].height() + 6
    assert layout.heightForWidth(10_000) == buttons[0].height()


def test_modes_are_found_by_title_first_and_by_definition(qtbot: QtBot) -> None:
    modes = [
        FailureMode("a", "Rude", "speaks of a loop"),
        FailureMode("b", "In a loop"),
        FailureMode("c", "Loop"),
        FailureMode("d", "Other"),
    ]
    model = ModesModel(modes)
    model.filter("LOOP")
    found = [model.index(row).data(MODE_ROLE).name for row in range(model.rowCount())]
    assert found == ["c", "b", "a"]
