"""Where the adjudicator decides: the points of the scale, what none of them says, and why."""

from typing import Any

from PySide6.QtCore import QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QMenu, QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.rubric import CannotJudge, Criterion
from evaldesk.services.judging.adjudication import BoardRow
from evaldesk.services.judging.ruling_reasons import KINDS, split_kind
from evaldesk.ui.screens.adjudicate.controller import AdjudicateController, NoReason
from evaldesk.ui.screens.adjudicate.reading import can_rule
from evaldesk.ui.theme.apply import current_tokens
from evaldesk.ui.theme.measure import fix_width
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.chip import restyle
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.keyed_words import keyed_placeholder
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.rubric_form.choice_button import ChoiceButton
from evaldesk.ui.widgets.rubric_form.fields import GrowingText, LeavableLine

_DIGITS = 9


class RulingCard(Card):
    """The ruling that is being made on the question in hand.

    Signals:
        left(): the keys may go back to the screen.
    """

    left = Signal()

    def __init__(self, controller: AdjudicateController, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent, surface="")
        self._controller = controller
        self._criterion: Criterion | None = None
        self._counts: dict[Any, int] = {}
        self._answers = 0
        self._showing = False
        self.body.setContentsMargins(12, 10, 12, 12)
        self.title = text_label("", "heading", wrap=True)
        self.remark = text_label("", "muted", wrap=True)
        self.body.addWidget(self.title)
        self.body.addWidget(self.remark)
        self.choices = QWidget()
        self._flow = FlowLayout(self.choices)
        self.body.addWidget(self.choices)
        self.points: list[tuple[Any, ChoiceButton]] = []
        self.number = LeavableLine()
        self.number.setParent(self.choices)
        fix_width(self.number, 120)
        self.number.left.connect(lambda _: self.left.emit())
        self.number.textEdited.connect(self._typed_number)
        self.none_fits = self._other(self.tr("None of these"), "none_fits")
        self.unsettled = self._other(self.tr("Rubric does not settle it"), "rubric_unsettled")
        self.anchor = text_label("", "muted", wrap=True)
        self.body.addWidget(self.anchor)
        # Before anything is chosen, a line for each of the values given is enough.
        self.given = [ElidedLabel("", kind="muted") for _ in range(3)]
        for label in self.given:
            self.body.addWidget(label)
        self.reason = ReasonField()
        words = self.tr("Why? A sentence that raters and rubric can learn from.")
        keys = controller.workspace.actions.keys("adjudicate.reason")
        keyed_placeholder(self.reason, words, keys)
        self.reason.setAccessibleName(self.tr("Reason"))
        self.reason.left.connect(lambda _: self.left.emit())
        self.reason.earlier.connect(self.offer_reasons)
        self.reason.textChanged.connect(self._typed_reason)
        self.body.addWidget(self.reason)
        self.problem = text_label("", "error", wrap=True)
        self.problem.hide()
        self.body.addWidget(self.problem)
        self.body.addWidget(self._kind_row())
        controller.draft_changed.connect(self.show_draft)
        controller.refused.connect(self.show_problem)

    def paintEvent(self, event: QPaintEvent) -> None:
        """On accent, as what is active."""
        tokens = current_tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(tokens.accent), 1))
        painter.setBrush(QColor(tokens.accent_soft))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()

    # -- what is shown

    def show_row(self, row: BoardRow | None) -> None:
        """Another question."""
        ruling_possible = row is not None and can_rule(row.criterion)
        self.setVisible(row is not None)
        if row is None:
            self._criterion = None
            return
        self.title.setText(
            self.tr("Your ruling on “{what}”").format(what=row.criterion.text)
            if ruling_possible
            else self.tr("“{what}” is answered in words; there is no value to rule on.").format(
                what=row.criterion.text
            )
        )
        for widget in (self.choices, self.reason, self.kinds, self.anchor):
            widget.setVisible(ruling_possible)
        counts: dict[Any, int] = {}
        for given in row.values.values():
            if not isinstance(given, CannotJudge):
                for value in given if isinstance(given, tuple) else (given,):
                    counts[value] = counts.get(value, 0) + 1
        self._answers = sum(not isinstance(given, CannotJudge) for given in row.values.values())
        if row.criterion is not self._criterion or counts != self._counts:
            self._criterion, self._counts = row.criterion, counts
            self._build()
        self._say_problem("")
        self._show_number()
        self.show_draft()

    def show_draft(self) -> None:
        """What is chosen and written."""
        controller, criterion = self._controller, self._criterion
        if criterion is None:
            return
        draft = controller.draft
        self._showing = True
        chosen = draft.kind in ("adopt", "other")
        for value, button in self.points:
            button.setChecked(chosen and value in _points_of(draft.value))
        self.none_fits.setChecked(draft.kind == "none_fits")
        self.unsettled.setChecked(draft.kind == "rubric_unsettled")
        if not self.number.hasFocus():
            self._show_number()
        if self.reason.toPlainText() != draft.text:
            self.reason.setPlainText(draft.text)
        for kind, button in self.kind_buttons.items():
            button.setChecked(kind == draft.reason_kind)
        self._showing = False
        self.setEnabled(not controller.saving)
        self._say_anchor()
        self._say_remark()
        if draft.kind is not None and draft.text.strip():
            self._say_problem("")

    def show_problem(self, error: EvalDeskError) -> None:
        """Why it cannot be kept."""
        self._say_problem(str(error))
        if isinstance(error, NoReason):
            self.write_reason()

    # -- what the person does

    def digit(self, number: int) -> None:
        """A digit was pressed: a point, then “none”, then “not settled”; or it begins a number."""
        if self._criterion is None or not can_rule(self._criterion):
            return
        if not self._criterion.scale.points:
            self.number.setText(str(number))
            self.number.setFocus(Qt.FocusReason.ShortcutFocusReason)
            self.number.setCursorPosition(len(self.number.text()))
            self._typed_number(self.number.text())
            return
        buttons = [button for _, button in self.points] + [self.none_fits, self.unsettled]
        if number <= len(buttons):
            buttons[number - 1].click()

    def write_reason(self) -> None:
        """Go on writing the reason."""
        if not self.reason.isVisibleTo(self):
            return
        self.reason.setFocus(Qt.FocusReason.ShortcutFocusReason)
        cursor = self.reason.textCursor()
        cursor.movePosition(cursor.MoveOperation.End)
        self.reason.setTextCursor(cursor)

    def offer_reasons(self) -> None:
        """A menu of reasons given lately; the chosen one is taken over to be changed at will."""
        reasons = self._controller.reasons()
        if not reasons:
            self._controller.workspace.say(self.tr("No reason was given yet."))
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        metrics = self.fontMetrics()
        for number, reason in enumerate(reasons, 1):
            shown = metrics.elidedText(reason, Qt.TextElideMode.ElideRight, 420)
            action = menu.addAction(f"&{number}  {shown.replace('&', '&&')}")
            action.triggered.connect(lambda _=False, reason=reason: self._take(reason))
        menu.popup(self.reason.mapToGlobal(QPoint(0, self.reason.height())))
        menu.setActiveAction(menu.actions()[0])

    # -- inside

    def _other(self, text: str, kind: str) -> ChoiceButton:
        button = ChoiceButton(text)
        button.clicked.connect(lambda: self._choose(kind))
        self._flow.addWidget(button)
        return button

    def _kind_row(self) -> QWidget:
        self.kinds = QWidget()
        row = FlowLayout(self.kinds)
        words = {
            "Rubric gap": self.tr("Rubric gap"),
            "Slip": self.tr("Slip"),
            "Edge case": self.tr("Edge case"),
            "Real difference": self.tr("Real difference"),
        }
        self.kind_buttons: dict[str, ChoiceButton] = {}
        for kind in KINDS:
            button = ChoiceButton(
                words[kind], "", self.tr("What the disagreement came from; kept with the reason")
            )
            button.clicked.connect(lambda _=False, kind=kind: self._kind(kind))
            self.kind_buttons[kind] = button
            row.addWidget(button)
        self.earlier = ActionButton(self.tr("Earlier ▾"), kind="flat")
        self.earlier.setToolTip(self.tr("Take over a reason given lately  (Alt ↓ in the field)"))
        self.earlier.clicked.connect(self.offer_reasons)
        row.addWidget(self.earlier)
        return self.kinds

    def _build(self) -> None:
        while self._flow.count():
            item = self._flow.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None and widget not in (self.none_fits, self.unsettled, self.number):
                widget.deleteLater()
        self.points = []
        criterion = self._criterion
        if criterion is None:
            return
        points = criterion.scale.points
        for number, point in enumerate(points, 1):
            times = self._counts.get(point.value, 0)
            text = f"{point.text}  × {times}" if times else point.text
            detail = point.anchor
            if times:
                given = self.tr("Given by {n} of {all}").format(n=times, all=self._answers)
                detail = f"{given}\n{point.anchor}".strip()
            button = ChoiceButton(text, str(number) if number <= _DIGITS else "", detail)
            button.setAccessibleName(f"{point.text}, {detail}")
            button.clicked.connect(lambda _=False, value=point.value: self._pick(value))
            self.points.append((point.value, button))
            self._flow.addWidget(button)
        self.number.setVisible(not points)
        if not points:
            self.number.setAccessibleName(criterion.text)
            self._flow.addWidget(self.number)
        for place, (button, letter) in enumerate(
            ((self.none_fits, "X"), (self.unsettled, "U")), len(points) + 1
        ):
            button.keys = str(place) if points and place <= _DIGITS else letter
            button.updateGeometry()
            self._flow.addWidget(button)
            button.show()
        self._flow.invalidate()

    def _pick(self, value: Any) -> None:
        self.show_draft()
        criterion = self._criterion
        if criterion is None or criterion.scale.kind != "multi":
            self._controller.pick(value)
            return
        # One more of several, or one fewer; an exclusive one stands alone.
        alone = {point.value for point in criterion.scale.points if point.exclusive}
        before = _points_of(self._controller.draft.value)
        chosen = [item for item in before if item != value]
        if len(chosen) == len(before):
            chosen = [value] if value in alone else [*(set(chosen) - alone), value]
        if chosen:
            self._controller.pick(chosen)
        else:
            self._controller.edit(kind=None, value=None)

    def _choose(self, kind: str) -> None:
        # Qt has checked the button already; the draft says what is chosen.
        self.show_draft()
        self._controller.edit(kind=kind, value=None)

    def _kind(self, kind: str) -> None:
        chosen = "" if self._controller.draft.reason_kind == kind else kind
        self.show_draft()
        self._controller.edit(reason_kind=chosen)

    def _take(self, reason: str) -> None:
        kind, text = split_kind(reason)
        self._controller.edit(text=text, reason_kind=kind)
        self.write_reason()

    def _typed_reason(self) -> None:
        if not self._showing:
            self._controller.edit(text=self.reason.toPlainText())

    def _typed_number(self, text: str) -> None:
        text = text.strip().replace(",", ".")
        self._say_problem("")
        if text:
            self._controller.pick(text)
        else:
            self._controller.edit(kind=None, value=None)

    def _show_number(self) -> None:
        draft = self._controller.draft
        chosen = draft.kind in ("adopt", "other") and isinstance(draft.value, int | float)
        self.number.setText(f"{draft.value:g}" if chosen else "")

    def _say_anchor(self) -> None:
        criterion, draft = self._criterion, self._controller.draft
        points = criterion.scale.points if criterion is not None else ()
        able = criterion is not None and can_rule(criterion)
        chosen = [
            point
            for point in points
            if draft.kind == "adopt" and point.value in _points_of(draft.value)
        ]
        text = "\n".join(f"{point.text} — {point.anchor}" for point in chosen if point.anchor)
        self.anchor.setText(text)
        self.anchor.setVisible(able and bool(text))
        lines = [
            f"{point.text} — {point.anchor}"
            for point in points
            if point.anchor and point.value in self._counts and draft.kind is None
        ]
        for index, label in enumerate(self.given):
            label.setText(lines[index] if index < len(lines) else "")
            label.setVisible(able and index < len(lines))

    def _say_remark(self) -> None:
        draft, row = self._controller.draft, self._controller.board_row
        text = ""
        if draft.again is not None:
            text = self.tr("You ruled so just now. Ruling again supersedes it; nothing is deleted.")
        elif row is not None and row.ruling is not None:
            text = self.tr("A ruling stands. Yours would supersede it; its history stays below.")
        self.remark.setText(text)
        self.remark.setVisible(bool(text))

    def _say_problem(self, text: str) -> None:
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        invalid = bool(text) and not self.reason.toPlainText().strip()
        if bool(self.reason.property("invalid")) != invalid:
            self.reason.setProperty("invalid", invalid)
            restyle(self.reason)


def _points_of(value: Any) -> list[Any]:
    """The points that a value chooses."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


class ReasonField(GrowingText):
    """Words; Alt+↓ offers what was said before.

    Signals:
        earlier(): earlier reasons are wanted.
    """

    earlier = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """See above."""
        if event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.earlier.emit()
            return
        super().keyPressEvent(event)
