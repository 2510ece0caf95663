"""A layout that breaks into rows like words."""

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Widgets side by side in their own size; what does not fit goes to the next row. One that is
    wider than a row is given the row's width, and the height it wants then.

    Args:
        spacing: between widgets, and between rows unless ``between`` says otherwise; pixels.
        least: it may become so narrow, without its margins; pixels.
        centred: lower widgets stand at half the height of their row, not at its top.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        spacing: int = 6,
        between: int | None = None,
        least: int = 40,
        centred: bool = False,
    ) -> None:
        super().__init__(parent)
        self._between = spacing if between is None else between
        self._least = least
        self._centred = centred
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(QMargins())
        self.setSpacing(spacing)

    def addItem(self, item: QLayoutItem) -> None:
        """Qt's own hook; use ``addWidget``."""
        self._items.append(item)

    def insert(self, index: int, widget: QWidget) -> None:
        """Put a widget before that place."""
        self.addWidget(widget)
        self._items.insert(index, self._items.pop())
        self.invalidate()

    def count(self) -> int:
        """How many."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """The item, or None beyond the end, as Qt wants it."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """None: rows are as high as they must be."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Narrower is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """How high all rows are."""
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        """Put everything in its place."""
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def sizeHint(self) -> QSize:
        """All in one row."""
        sizes = [item.sizeHint() for item in self._items if not item.isEmpty()]
        width = sum(size.width() for size in sizes) + self.spacing() * max(0, len(sizes) - 1)
        return self._with_margins(width, max((size.height() for size in sizes), default=0))

    def minimumSize(self) -> QSize:
        """Narrow enough for any pane: what is too wide is cut."""
        heights = [item.sizeHint().height() for item in self._items if not item.isEmpty()]
        return self._with_margins(self._least, max(heights, default=0))

    def _with_margins(self, width: int, height: int) -> QSize:
        return QSize(width, height).grownBy(self.contentsMargins())

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        inner = rect.marginsRemoved(self.contentsMargins())
        rows: list[list[tuple[QLayoutItem, QSize]]] = []
        x = inner.x()
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            width, height = min(size.width(), inner.width()), size.height()
            if width < size.width() and item.hasHeightForWidth():
                height = item.heightForWidth(width)
            if not rows or (x > inner.x() and x + width > inner.x() + inner.width()):
                rows.append([])
                x = inner.x()
            rows[-1].append((item, QSize(width, height)))
            x += width + self.spacing()
        y = inner.y()
        for row in rows:
            tall = max(size.height() for _, size in row)
            x = inner.x()
            for item, size in row:
                if place:
                    lower = (tall - size.height()) // 2 if self._centred else 0
                    item.setGeometry(QRect(QPoint(x, y + lower), size))
                x += size.width() + self.spacing()
            y += tall + self._between
        bottom = y - self._between if rows else y
        return bottom - rect.y() + self.contentsMargins().bottom()
