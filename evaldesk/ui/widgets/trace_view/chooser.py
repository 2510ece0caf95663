"""Which other traces of a scenario are to stand beside the one that is read."""

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from evaldesk.ui.theme.measure import row_px
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.keycap import KeyHint
from evaldesk.ui.widgets.trace_view.woven import MOST

_PK = Qt.ItemDataRole.UserRole
_WIDEST = 520
_TALLEST = 320
_ROW = 26


class TraceChooser(QFrame):
    """A list that lies over the window: Space ticks, Enter shows what is ticked, or else the
    current one; Escape leaves.

    Signals:
        chosen(pks): these, in the order of the list.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("surface", "card")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("Other traces of this scenario"))
        # Return would activate and come here as a key as well.
        self.list.itemDoubleClicked.connect(lambda _item: self._take())
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.itemChanged.connect(lambda _item: self._count())
        self._said = text_label("", "small")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 10, 12, 10)
        layout.setSpacing(8)
        layout.addWidget(text_label(self.tr("Beside it"), "heading"))
        layout.addWidget(self.list)
        layout.addWidget(KeyHint("Space", self.tr("tick up to {n}").format(n=MOST - 1)))
        layout.addWidget(KeyHint("⏎", self.tr("show side by side")))
        layout.addWidget(self._said)
        self._said.hide()

    def offer(self, traces: Sequence[tuple[int, str]], ticked: Sequence[int], at: QPoint) -> None:
        """Show the list.

        Args:
            traces: number and words of each. ticked: those that stand there already.
            at: upper left corner, on the screen.
        """
        for pk, text in traces:
            item = QListWidgetItem(text)
            item.setData(_PK, pk)
            item.setSizeHint(QSize(_WIDEST, row_px(_ROW)))
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled
                | Qt.ItemFlag.ItemIsSelectable
                | Qt.ItemFlag.ItemIsUserCheckable
            )
            item.setCheckState(Qt.CheckState.Checked if pk in ticked else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.setCurrentRow(0)
        words = max(self.list.fontMetrics().horizontalAdvance(text) for _, text in traces)
        width = words + 60
        height = sum(self.list.sizeHintForRow(row) for row in range(self.list.count())) + 8
        self.list.setFixedSize(min(max(width, 260), _WIDEST), min(height, _TALLEST))
        self.adjustSize()
        self.move(at)
        self.show()
        self.list.setFocus()

    @property
    def ticked(self) -> list[int]:
        """What is ticked, in the order of the list."""
        items = [self.list.item(row) for row in range(self.list.count())]
        return [int(item.data(_PK)) for item in items if item.checkState() == Qt.CheckState.Checked]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter takes, Escape leaves; J and K walk as everywhere."""
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._take()
        elif key == Qt.Key.Key_Escape:
            self.close()
        elif key in (Qt.Key.Key_J, Qt.Key.Key_K):
            by = 1 if key == Qt.Key.Key_J else -1
            row = self.list.currentRow() + by
            self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
        else:
            super().keyPressEvent(event)

    def _count(self) -> None:
        over = len(self.ticked) - (MOST - 1)
        self._said.setVisible(over > 0)
        self._said.setText(self.tr("No more than {n} are shown.").format(n=MOST))

    def _take(self) -> None:
        pks = self.ticked
        current = self.list.currentItem()
        if not pks and current is not None:
            pks = [int(current.data(_PK))]
        self.close()
        if pks:
            self.chosen.emit(pks[: MOST - 1])
