"""The small bar with labels at a selection."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.highlight import Highlight, HighlightLabel
from evaldesk.domain.rubric import SEVERITIES
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.flow import FlowLayout

_KEYS = "123456789abdefghijklmnpqrstuvwyz"
"""Of the labels, in order; C is the comment's and O another label's."""
WIDTH = 540


class Chosen(NamedTuple):
    """What a span is to carry."""

    label: HighlightLabel
    severity: str
    comment: str


class HighlightBar(QFrame):
    """Offers labels, severity and a comment for what is selected.

    Attributes:
        editing: the highlight that is changed; None for a new one.
        by_keys: whether keys choose and Enter keeps, so that they are shown; a click on a label
            keeps in any case.

    Signals:
        kept(chosen): a `Chosen`. left(): the person wants none of it. resized(): it needs another
            place.
    """

    kept = Signal(object)
    left = Signal()
    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editing: Highlight | None = None
        self.by_keys = False
        self._labels: Sequence[HighlightLabel] = ()
        self._chosen: HighlightLabel | None = None
        self._buttons: list[ActionButton] = []
        self.setProperty("surface", "overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName(self.tr("Label what is selected"))
        self.problem = text_label("", "error", wrap=True)
        self.problem.hide()
        self._flow_host = QWidget()
        self._flow = FlowLayout(self._flow_host, spacing=4)
        self.other = QLineEdit()
        self.other.setAccessibleName(self.tr("A label of your own"))
        self.other.setMaxLength(80)
        self.other.textEdited.connect(self._other_edited)
        self.comment = QLineEdit()
        self.comment.setAccessibleName(self.tr("Comment on the highlight"))
        self._severities = QButtonGroup(self)
        self._severities.setExclusive(False)
        self._severity_buttons: list[ActionButton] = []
        severities = QHBoxLayout()
        severities.setSpacing(4)
        for number, name in enumerate(SEVERITIES, 1):
            button = ActionButton(name, f"Alt {number}", kind="choice")
            button.setAccessibleName(self.tr("Severity {name}").format(name=name))
            button.clicked.connect(lambda _on, name=name: self.set_severity(name, toggle=False))
            self._severities.addButton(button, number)
            self._severity_buttons.append(button)
            severities.addWidget(button)
        severities.addStretch(1)
        self.keep_button = ActionButton(self.tr("Keep"), "⏎", kind="primary")
        self.keep_button.clicked.connect(self.keep)
        self.leave_button = ActionButton(self.tr("Leave"), "Esc", kind="flat")
        self.leave_button.clicked.connect(self.left)
        severities.addWidget(self.leave_button)
        severities.addWidget(self.keep_button)
        words = QHBoxLayout()
        words.setSpacing(6)
        words.addWidget(self.other, 2)
        words.addWidget(self.comment, 3)
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 8, 10, 8)
        column.setSpacing(6)
        column.addWidget(self._flow_host)
        column.addLayout(words)
        column.addWidget(self.problem)
        column.addLayout(severities)
        for field in (self.other, self.comment):
            field.installEventFilter(self)
        self.show_keys(False)
        self.hide()

    def show_keys(self, by_keys: bool) -> None:
        """Let keys choose, or not; while they do not they are not shown either, or somebody would
        answer a question with one.
        """
        self.by_keys = by_keys
        for at, button in enumerate(self._buttons):
            button.follow_keys(_KEYS[at].upper() if by_keys and at < len(_KEYS) else "")
        for number, button in enumerate(self._severity_buttons, 1):
            button.follow_keys(f"Alt {number}" if by_keys else "")
        self.keep_button.follow_keys("⏎" if by_keys else "")
        own, comment = self.tr("A label of your own"), self.tr("Comment")
        self.other.setPlaceholderText(f"{own} (O)" if by_keys else own)
        self.comment.setPlaceholderText(f"{comment} (C)" if by_keys else comment)
        self.resized.emit()

    @property
    def has_focus(self) -> bool:
        """Whether the keys go to one of its fields or buttons."""
        focused = QApplication.focusWidget()
        return focused is not None and self.isAncestorOf(focused)

    def offer(
        self,
        labels: Sequence[HighlightLabel],
        editing: Highlight | None = None,
        *,
        by_keys: bool = False,
    ) -> None:
        """Show it with nothing chosen, or with what a highlight carries."""
        if list(labels) != list(self._labels) or not self._buttons:
            self._show_labels(labels)
        self.show_keys(by_keys)
        self.editing = editing
        self.other.clear()
        self.comment.setText(editing.comment if editing is not None else "")
        self.problem.hide()
        self.set_severity("")
        self._choose(None)
        if editing is not None:
            if editing.severity:
                self.set_severity(editing.severity)
            known = [one for one in labels if (one.kind, one.name) == (editing.kind, editing.label)]
            if known:
                self._choose(known[0])
            else:
                self.other.setText(editing.label)
                self._other_edited(editing.label)
        self.show()
        self.raise_()
        self.resized.emit()

    def height_at(self, width: int) -> int:
        """How high it is at a width."""
        margins = self.contentsMargins()
        inner = width - 20 - margins.left() - margins.right()
        flow = self._flow.heightForWidth(inner) if self._buttons else 0
        self._flow_host.setFixedHeight(flow)
        self._flow_host.setVisible(bool(self._buttons))
        return self.sizeHint().height()

    def press(self, event: QKeyEvent) -> bool:
        """Carry out a key that chooses or keeps; says whether it was one."""
        key = event.key()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            number = key - int(Qt.Key.Key_0)
            if 1 <= number <= len(SEVERITIES):
                self.set_severity(SEVERITIES[number - 1], toggle=True)
                return True
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.keep()
            return True
        letter = event.text().lower()
        if letter == "c":
            self.comment.setFocus()
        elif letter == "o":
            self.other.setFocus()
        elif letter and letter in _KEYS:
            at = _KEYS.index(letter)
            if at < len(self._labels):
                self._choose(self._labels[at])
        else:
            return False
        return True

    def set_severity(self, name: str, *, toggle: bool = False) -> None:
        """Choose a severity; none by the empty name, or by choosing it again."""
        buttons = self._severities.buttons()
        for button, known in zip(buttons, SEVERITIES, strict=True):
            on = known == name and not (toggle and button.isChecked())
            button.setChecked(on)

    @property
    def severity(self) -> str:
        """The one that is chosen; empty for none."""
        checked = [number for number in range(1, 5) if self._severities.button(number).isChecked()]
        return SEVERITIES[checked[0] - 1] if checked else ""

    def keep(self) -> None:
        """Keep it with what is chosen; say what is missing otherwise."""
        label = self._chosen
        own = " ".join(self.other.text().split())
        if own and (label is None or label.kind == "label"):
            label = HighlightLabel("label", own, own)
        if label is None:
            self.say(self.tr("Choose a label: a figure, a letter, or O for one of your own."))
            return
        self.kept.emit(Chosen(label, self.severity, self.comment.text().strip()))

    def say(self, problem: str) -> None:
        """Say why it is not kept."""
        self.problem.setText(problem)
        self.problem.show()
        self.resized.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter keeps and Escape goes back to the text, before commands of the screen see them."""
        if event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) and isinstance(
            event, QKeyEvent
        ):
            enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
            if enter or event.key() == Qt.Key.Key_Escape:
                if event.type() == QEvent.Type.ShortcutOverride:
                    event.accept()
                elif enter:
                    self.keep()
                else:
                    self.left.emit()
                return True
        return super().eventFilter(watched, event)

    def _show_labels(self, labels: Sequence[HighlightLabel]) -> None:
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        self._labels = tuple(labels)
        for at, label in enumerate(labels):
            key = _KEYS[at].upper() if at < len(_KEYS) else ""
            button = ActionButton(label.text, key, kind="choice")
            kind = self.tr("failure mode") if label.kind == "mode" else self.tr("criterion")
            button.setToolTip(f"{kind} · {label.rubric}" if label.rubric else kind)
            button.clicked.connect(lambda _on, label=label: self._clicked(label))
            self._flow.addWidget(button)
            self._buttons.append(button)

    def _clicked(self, label: HighlightLabel) -> None:
        self._choose(label)
        self.keep()

    def _choose(self, label: HighlightLabel | None) -> None:
        self._chosen = label
        if label is not None:
            self.other.clear()
            self.problem.hide()
        for button, known in zip(self._buttons, self._labels, strict=True):
            button.setChecked(known == label)

    def _other_edited(self, text: str) -> None:
        if text.strip():
            self._chosen = None
            for button in self._buttons:
                button.setChecked(False)
