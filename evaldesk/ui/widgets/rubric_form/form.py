"""All cards of a rubric, one of them active, and the button that submits."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from evaldesk.domain.rubric import COMMENT, SEVERITIES, SEVERITY, Criterion, Rubric
from evaldesk.domain.suggestion import Suggested
from evaldesk.services.labelling.answering import Earlier
from evaldesk.ui.widgets.announcing import announce
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane, text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.keycap import KeyHint
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.rubric_form.cards import FieldCard, KeysOf, SeverityCard, TextCard
from evaldesk.ui.widgets.rubric_form.choices import ChoiceCard, SeveralCard
from evaldesk.ui.widgets.rubric_form.modes import ModesCard
from evaldesk.ui.widgets.rubric_form.numbers import NumberCard


class RubricForm(QWidget):
    """Shows answers and says what a person chose. What is answered is the controller's to say:
    `show_answer` and `show_answers`.

    Signals:
        answered(name, value, typing): value None takes the answer back; typing for a text that
            may go on.
        said(name, comment): the comment on an answer was written.
        taken(name): a suggestion was taken by its button; all of them where the name is empty.
        submitted: the button was pressed.
    """

    answered = Signal(str, object, bool)
    said = Signal(str, str)
    taken = Signal(str)
    submitted = Signal()

    def __init__(
        self, parent: QWidget | None = None, *, submits: bool = True, keys: KeysOf | None = None
    ) -> None:
        """
        Args:
            submits: whether the form can be handed in, or is only looked at.
            keys: key of each command, where the person may have chosen others.
        """
        super().__init__(parent)
        self._keys = keys
        self.rubric: Rubric | None = None
        self.cards: list[FieldCard] = []
        self._groups: list[tuple[QWidget, list[FieldCard]]] = []
        self._active: FieldCard | None = None
        self._came_from = ""
        self._awaited = ""
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(20, 10, 16, 6)
        head.setSpacing(8)
        self.heading = ElidedLabel("", kind="heading")
        head.addWidget(self.heading, 1)
        if submits:
            head.addWidget(KeyHint(keys("sheet") if keys else "?", self.tr("keys")))
        outer.addLayout(head)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer.addWidget(self.area, 1)
        self.footer = QWidget()
        foot = QVBoxLayout(self.footer)
        foot.setContentsMargins(16, 8, 16, 12)
        foot.setSpacing(6)
        self.problem = text_label("", "error", wrap=True)
        self.problem.hide()
        foot.addWidget(self.problem)
        # In a line of its own at the end, so that nothing above it moves when it goes.
        self.take_all = ActionButton("", keys("accept_all") if keys else "", kind="link")
        self.take_all.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.take_all.clicked.connect(lambda: self.taken.emit(""))
        self.take_all.hide()
        foot.addWidget(self.take_all, 0, Qt.AlignmentFlag.AlignLeft)
        row = QHBoxLayout()
        row.setSpacing(10)
        self.submit_button = ActionButton(
            self.tr("Submit and next"), keys("submit") if keys else "Ctrl ⏎", kind="primary"
        )
        self.submit_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.submit_button.clicked.connect(self._submit)
        row.addWidget(self.submit_button)
        self.state_chip = Chip("", "ok")
        row.addWidget(self.state_chip)
        row.addStretch(1)
        foot.addLayout(row)
        outer.addWidget(hairline())
        outer.addWidget(self.footer)
        self.footer.setVisible(submits)

    # -- what is shown

    def show_rubric(self, rubric: Rubric | None) -> None:
        """Build the cards of a rubric. Nothing is answered then."""
        self.rubric = rubric
        self.cards, self._groups = [], []
        self._active = None
        body = pane()
        layout = QVBoxLayout(body)
        layout.setContentsMargins(10, 0, 10, 10)
        layout.setSpacing(4)
        if rubric is not None:
            self.heading.setText(
                f"{rubric.name} v{rubric.version}" if rubric.version else rubric.name
            )
            if rubric.guidance:
                layout.addWidget(self._guidance(rubric.guidance))
            made: list[FieldCard] = [
                card_for(criterion).add_asides() for criterion in rubric.criteria
            ]
            if rubric.failure_modes:
                modes = ModesCard(rubric.failure_modes)
                modes.closed.connect(self._go_back)
                made.append(modes)
            made.append(SeverityCard())
            made.append(TextCard(COMMENT, self.tr("Comment")))
            group = ""
            for card in made:
                if self._keys is not None:
                    card.show_keys(self._keys)
                card.chosen.connect(lambda name, value: self.answered.emit(name, value, False))
                card.typed.connect(lambda name, value: self.answered.emit(name, value, True))
                card.said.connect(self.said)
                card.taken.connect(self.taken)
                card.final.connect(self._await)
                card.reached.connect(self._reached)
                card.left.connect(self._left)
                wanted = card.criterion.group if card.criterion is not None else ""
                if wanted != group:
                    group = wanted
                    heading = _group_heading(group)
                    layout.addWidget(heading)
                    self._groups.append((heading, []))
                if self._groups:
                    self._groups[-1][1].append(card)
                layout.addWidget(card)
            self.cards = made
            self._show_asked()
        layout.addStretch(1)
        self.area.setWidget(body)
        self.show_problem("")
        self.show_state("")
        if self.cards:
            self.activate(self.cards[0].name, focus=False)

    def show_answers(
        self,
        answers: Mapping[str, Any],
        said: Mapping[str, str] | None = None,
        earlier: Mapping[str, Earlier] | None = None,
        *,
        suggested: Mapping[str, Suggested] | None = None,
        activate: bool = True,
    ) -> None:
        """Show what is answered, and make the first open criterion the active one.

        Args:
            said: field → comment on its answer.
            earlier: criterion → what was answered when it was another question.
            suggested: criterion → what stands ready as an answer.
        """
        for card in self.cards:
            card.show_value(answers.get(card.name))
            card.show_said((said or {}).get(card.name, ""))
            card.show_earlier((earlier or {}).get(card.name))
            card.show_suggested((suggested or {}).get(card.name))
        self._show_asked()
        self._count_suggestions()
        self.show_problem("")
        if activate and self.cards:
            first = next((card for card in self._criteria() if not card.answered), self.cards[0])
            self.activate(first.name, focus=self._has_focus())

    def show_answer(self, name: str, value: Any, said: str = "") -> None:
        """Show one answer, and what is asked by it."""
        card = self.card(name)
        if card is not None:
            card.show_value(value)
            card.show_said(said)
            self._show_asked()
            self._count_suggestions()
            self.show_problem("")
            if name == self._awaited:
                self._awaited = ""
                if card is self._active and card.answered:
                    self._advance(card)

    def show_problem(self, text: str) -> None:
        """Say above the button why something was refused; empty for nothing."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
        announce(self, text, urgent=True)

    def show_state(self, chip: str, kind: str = "ok", button: str = "") -> None:
        """A chip beside the button, and other words on it."""
        self.state_chip.show_text(chip, kind)
        self.state_chip.setVisible(bool(chip))
        self.submit_button.setText(button or self.tr("Submit and next"))
        self.submit_button.updateGeometry()

    # -- what the keys do

    @property
    def active(self) -> str:
        """Name of the active field; empty where there is none."""
        return self._active.name if self._active is not None else ""

    def card(self, name: str) -> FieldCard | None:
        """The card of a field."""
        return next((card for card in self.cards if card.name == name), None)

    def activate(self, name: str, *, focus: bool = True) -> None:
        """Make a field the active one, and bring it in sight."""
        card = self.card(name)
        if card is None or not card.asked:
            return
        if self._active is not card:
            if self._active is not None:
                self._active.set_active(False)
            self._active = card
            card.set_active(True)
        if focus and not _within(card, self.window().focusWidget()):
            card.setFocus(Qt.FocusReason.OtherFocusReason)
        # Heights have changed with long anchors; they are known after the layout has run.
        QTimer.singleShot(0, self, self._show_active)

    def step(self, step: int, *, into_field: bool = False) -> None:
        """Go to the next field, or the one before, round at the ends.

        Args:
            into_field: go on typing there, if it is a field to type into.
        """
        cards = [card for card in self.cards if card.asked]
        if not cards:
            return
        place = cards.index(self._active) if self._active in cards else -step
        card = cards[(place + step) % len(cards)]
        self.activate(card.name)
        # Into a field to type into; Return in one with points would choose.
        if into_field and isinstance(card, NumberCard | TextCard):
            card.enter()

    def digit(self, number: int) -> None:
        """Answer the active field, and go to the next open one once the answer is shown: at
        once, or after the person has said who they are.
        """
        card = self._active
        if card is None:
            return
        # More points may follow the first of several.
        self._awaited = "" if isinstance(card, SeveralCard) else card.name
        if card.digit(number):
            return
        self._awaited = ""
        if isinstance(card, SeveralCard) and card.has_digit(number):
            return
        if isinstance(card, ChoiceCard | SeverityCard):
            # In silence, a fast typist's next digits would answer the wrong questions.
            said = self.tr("“%1” has no answer %2.")
            self.show_problem(said.replace("%1", card.title.text()).replace("%2", str(number)))

    def set_severity(self, number: int) -> None:
        """Choose a severity from wherever one is."""
        self.answered.emit(SEVERITY, SEVERITIES[number - 1], False)

    def clear_active(self) -> None:
        """Take the active field's answer back."""
        if self._active is not None:
            self._active.clear()

    def enter(self) -> None:
        """Go into the active field to type, or choose what the arrows point at."""
        if self._active is not None:
            self._active.enter()

    def point_at(self, step: int) -> None:
        """Point at another point of the active field's scale; `enter` chooses it."""
        if self._active is not None:
            self._active.point_at(step)

    def cannot_judge(self) -> None:
        """Go into the reason why the active field cannot be judged."""
        card = self._active
        if card is not None and not card.cannot_judge():
            said = self.tr("“%1” has no “cannot judge”.")
            self.show_problem(said.replace("%1", card.title.text()))

    def show_details(self) -> None:
        """Show or hide anchors and examples of the active field."""
        card = self._active
        if card is not None and not card.show_details():
            said = self.tr("“%1” has no examples.")
            self.show_problem(said.replace("%1", card.title.text()))
        QTimer.singleShot(0, self, self._show_active)

    def say(self, name: str) -> None:
        """Go into the comment on an answer."""
        card = self.card(name)
        if card is not None:
            self.activate(name, focus=False)
            card.say()

    def write_comment(self) -> None:
        """Go into the comment; Esc goes back to where one was."""
        card = self.card(COMMENT)
        if card is not None:
            self._came_from = self.active
            self.activate(COMMENT, focus=False)
            card.enter()

    def open_modes(self) -> None:
        """Open the list of failure modes; when it closes one is back where one was."""
        for card in self.cards:
            if isinstance(card, ModesCard):
                self._came_from = self.active
                self.activate(card.name)
                # The list opens beside its button, so the button must be in its place by now.
                self._show_active()
                card.enter()

    def flush(self) -> None:
        """Emit what is still being typed."""
        for card in self.cards:
            card.flush()

    # -- inside

    def _criteria(self) -> list[FieldCard]:
        return [card for card in self.cards if card.criterion is not None and card.asked]

    def _show_asked(self) -> None:
        """Criteria come and go in their place; the focus stays, unless what has it goes."""
        if self.rubric is None:
            return
        answers = {
            card.name: card.value
            for card in self.cards
            if card.criterion is not None and card.value is not None
        }
        asked = {item.name for item in self.rubric.asked(answers)}
        changed = [
            card
            for card in self.cards
            if card.criterion is not None and card.asked != (card.name in asked)
        ]
        if not changed:
            return
        for card in changed:
            card.asked = card.name in asked
        if self._active is not None and not self._active.asked:
            place = self.cards.index(self._active)
            rest = [*self.cards[:place][::-1], *self.cards[place:]]
            near = next(card for card in rest if card.asked)
            self.activate(near.name, focus=self._has_focus())
        for card in changed:
            card.setVisible(card.asked)
        for heading, cards in self._groups:
            heading.setVisible(any(card.asked for card in cards))

    def _count_suggestions(self) -> None:
        waiting = sum(card.asked and card.stands_ready for card in self.cards)
        self.take_all.setVisible(waiting > 0)
        one = self.tr("take the suggestion")
        many = self.tr("take {n} suggestions").format(n=waiting)
        self.take_all.setText(one if waiting == 1 else many)

    def _await(self, name: str) -> None:
        self._awaited = name

    def _advance(self, card: FieldCard) -> None:
        if card.wants_comment:
            card.say()
            return
        criteria = self._criteria()
        if card not in criteria:
            return
        place = criteria.index(card)
        for other in criteria[place + 1 :] + criteria[:place]:
            if not other.answered:
                self.activate(other.name)
                return

    def _reached(self, name: str) -> None:
        self.activate(name, focus=False)

    def _left(self, step: int) -> None:
        if step:
            self.step(step, into_field=True)
            active = self._active
            if active is not None and not _within(active, self.window().focusWidget()):
                active.setFocus(Qt.FocusReason.OtherFocusReason)
        elif self._active is not None:
            self._active.setFocus(Qt.FocusReason.OtherFocusReason)
            if self._active.name == COMMENT:
                self._go_back()

    def _go_back(self) -> None:
        """From a field that was reached by its own key."""
        name, self._came_from = self._came_from, ""
        if name and name != self.active:
            self.activate(name)

    def _submit(self) -> None:
        self.flush()
        self.submitted.emit()

    def _has_focus(self) -> bool:
        return _within(self, self.window().focusWidget())

    def _show_active(self) -> None:
        body = self.area.widget()
        if self._active is not None and body is not None:
            layout = body.layout()
            if layout is not None:
                layout.activate()
            if self._active is self.cards[0]:
                self.area.verticalScrollBar().setValue(0)
            else:
                self.area.ensureWidgetVisible(self._active, 0, 8)

    def _guidance(self, text: str) -> QWidget:
        box = QWidget()
        layout = QVBoxLayout(box)
        layout.setContentsMargins(6, 0, 10, 4)
        layout.setSpacing(2)
        button = QPushButton(self.tr("How to rate ▸"))
        button.setProperty("kind", "link")
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        words = text_label(text, "muted", wrap=True)
        words.setContentsMargins(4, 0, 0, 0)
        words.hide()

        def toggle() -> None:
            words.setVisible(words.isHidden())
            button.setText(
                self.tr("How to rate ▸") if words.isHidden() else self.tr("How to rate ▾")
            )

        button.clicked.connect(toggle)
        layout.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(words)
        return box


def card_for(criterion: Criterion) -> FieldCard:
    """The card that fits a criterion's scale."""
    if criterion.scale.kind == "text":
        return TextCard(criterion.name, criterion.text, criterion)
    if criterion.scale.kind == "multi":
        return SeveralCard(criterion)
    if criterion.scale.points:
        return ChoiceCard(criterion)
    return NumberCard(criterion)


def _group_heading(text: str) -> QWidget:
    if not text:
        return hairline()
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(10, 10, 10, 0)
    row.setSpacing(8)
    label = text_label(text, "small")
    row.addWidget(label)
    row.addWidget(hairline(), 1)
    return box


def _within(outer: QWidget, inner: QWidget | None) -> bool:
    return inner is not None and (inner is outer or outer.isAncestorOf(inner))
