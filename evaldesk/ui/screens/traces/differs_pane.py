"""Asks which two runs are to differ, and in what."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QGridLayout, QVBoxLayout, QWidget

from evaldesk.domain.query import Comparison
from evaldesk.ui.theme.measure import fix_width
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label

_WIDTH = 400
Shared = Sequence[tuple[str, str, int]]
"""Two runs, and how many scenarios (and trials) both have; the most first."""


class DiffersPane(QFrame):
    """The pane. Escape or a click beside it closes.

    Attributes:
        a, b: the runs. compared: what must differ → its box. once: only A's traces are listed.
    """

    def __init__(
        self,
        runs: Sequence[str],
        shared: Shared,
        then: Callable[[Comparison, bool], object],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setProperty("surface", "overlay")
        self.setAccessibleName(self.tr("Only where two runs differ"))
        self._then = then
        self._shared = {frozenset(pair[:2]): pair[2] for pair in shared}
        self.a, self.b = self._run(runs, self.tr("Run A")), self._run(runs, self.tr("Run B"))
        first = shared[0][:2] if shared else tuple(runs[:2])
        for box, name in zip((self.a, self.b), first, strict=False):
            box.setCurrentText(name)
            box.currentTextChanged.connect(self._check)
        words = {
            "status": self.tr("Status"),
            "scores": self.tr("Any score"),
            "answer": self.tr("Last answer"),
            "ratings": self.tr("What people rated"),
        }
        self.compared = {name: QCheckBox(text) for name, text in words.items()}
        for name in ("status", "scores"):
            self.compared[name].setChecked(True)
        self.once = QCheckBox(self.tr("One line a scenario: list the traces of A"))
        self.once.setChecked(True)
        self.note = text_label("", "muted", wrap=True)
        self.show_them = ActionButton(self.tr("Show"), "⏎", kind="primary")
        self.show_them.clicked.connect(self.accept)
        self._lay_out()
        for tick in self.compared.values():
            tick.toggled.connect(self._check)
        self._check()

    def open_at(self, at: QPoint) -> None:
        """Show it there, on the screen."""
        fix_width(self, _WIDTH)
        self.adjustSize()
        self.move(at)
        self.show()
        self.a.setFocus(Qt.FocusReason.PopupFocusReason)

    def accept(self) -> None:
        """Show what was asked for."""
        if not self.show_them.isEnabled():
            return
        named = [name for name, tick in self.compared.items() if tick.isChecked()]
        # Status and scores are compared where nothing is named.
        what = () if named == ["status", "scores"] else tuple(named)
        test = Comparison("differs", "in", (self.a.currentText(), self.b.currentText(), *what))
        once = self.once.isChecked()
        self.close()
        self._then(test, once)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Return shows."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(event)

    def _run(self, runs: Sequence[str], name: str) -> QComboBox:
        box = QComboBox()
        box.addItems(list(runs))
        box.setAccessibleName(name)
        box.setMaxVisibleItems(16)
        return box

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 14)
        column.setSpacing(8)
        column.addWidget(text_label(self.tr("Only where two runs differ"), "title"))
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setHorizontalSpacing(12)
        for place, (text, box) in enumerate((("A", self.a), ("B", self.b))):
            grid.addWidget(text_label(text, "heading"), place, 0)
            grid.addWidget(box, place, 1)
        column.addLayout(grid)
        column.addWidget(self.note)
        column.addWidget(text_label(self.tr("At least one of these differs:"), "muted"))
        for tick in self.compared.values():
            column.addWidget(tick)
        column.addSpacing(4)
        column.addWidget(self.once)
        column.addWidget(self.show_them, 0, Qt.AlignmentFlag.AlignRight)

    def _check(self) -> None:
        a, b = self.a.currentText(), self.b.currentText()
        some = any(tick.isChecked() for tick in self.compared.values())
        both = self._shared.get(frozenset((a, b)), 0)
        if a == b:
            said = self.tr("Two different runs are needed.")
        elif not both:
            said = self.tr("These runs have no scenario and trial in common.")
        elif not some:
            said = self.tr("Tick what is compared.")
        else:
            said = self.tr("{count} scenarios and trials are in both.").format(count=f"{both:,}")
        self.note.setText(said)
        self.show_them.setEnabled(a != b and some and both > 0)
