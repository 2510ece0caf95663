"""A suggestion below a question: what stands ready, from where, and that it is no answer yet."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from evaldesk.domain.suggestion import Suggested
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.label import ElidedLabel


class SuggestionNote(QWidget):
    """In words, with a button that takes it; a dashed line on its point says the same.

    Signals:
        taken(): the button was pressed.
    """

    taken = Signal()

    def __init__(self, title: str, keys: str) -> None:
        super().__init__()
        self._title = title
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        # One line, answered or not: what stands below stays where the eye left it.
        self.label = ElidedLabel("", kind="small")
        row.addWidget(self.label, 1)
        self.button = ActionButton(self.tr("Take it"), keys, kind="link")
        self.button.clicked.connect(self.taken)
        keep = self.button.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self.button.setSizePolicy(keep)
        row.addWidget(self.button)
        self.hide()

    def show_suggestion(self, ready: Suggested | None, words: str, *, answered: bool) -> None:
        """Show it; None for nothing.

        Args:
            words: of its value.
            answered: whether the person has answered, so that it is only recalled.
        """
        self.setVisible(ready is not None)
        if ready is None:
            return
        said = (
            self.tr("Suggested was: {answer} · {by}")
            if answered
            else self.tr("Suggested: {answer} · {by}")
        )
        self.label.setText(said.format(answer=words, by=ready.by))
        self.button.setVisible(not answered)
        self.button.setAccessibleName(
            self.tr("Take the suggestion for {title}: {answer}").format(
                title=self._title, answer=words
            )
        )
