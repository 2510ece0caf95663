"""The queue as a list: ids whole, rows in blocks, states live."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import (
    QAbstractListModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from evaldesk.domain.rating import QueueItem
from evaldesk.services.labelling import review
from evaldesk.services.labelling.review import ReviewQueue, State
from evaldesk.ui.screens.review.my_time import MyTime
from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.measure import px
from evaldesk.ui.theme.style import (
    chip_size,
    paint_chip,
    paint_elided,
    paint_row_ground,
    two_lines,
    two_lines_height,
)
from evaldesk.ui.widgets.figures import clock
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_Index = QModelIndex | QPersistentModelIndex
ITEM_ROLE = Qt.ItemDataRole.UserRole
STATE_ROLE = Qt.ItemDataRole.UserRole + 1
PK_ROLE = Qt.ItemDataRole.UserRole + 2
PACE_ROLE = Qt.ItemDataRole.UserRole + 3
BLOCK = 128
ReadItems = Callable[["Project", ReviewQueue, Sequence[int]], list[QueueItem]]
_KEPT_BLOCKS = 40


class QueueModel(QAbstractListModel):
    """A review queue, or the part of it that is listed."""

    def __init__(
        self,
        workspace: Workspace,
        parent: QObject | None = None,
        *,
        items: "ReadItems" = review.items,
    ) -> None:
        """An empty queue.

        Args:
            items: reads what is shown of some of its items.
        """
        super().__init__(parent)
        self._items = items
        self._workspace = workspace
        self._queue: ReviewQueue | None = None
        self._blocks: dict[int, Sequence[QueueItem]] = {}
        self._asked: set[int] = set()
        self._my_time: MyTime | None = None

    def follow(self, my_time: MyTime) -> None:
        """Mark the items whose rating took an unusual time."""
        self._my_time = my_time
        my_time.measured.connect(self._measured)

    def _measured(self) -> None:
        if self.rowCount():
            self.dataChanged.emit(self.index(0), self.index(self.rowCount() - 1), [PACE_ROLE])

    def show_queue(self, queue: ReviewQueue | None) -> None:
        """Another queue."""
        self.beginResetModel()
        self._queue = queue
        self._blocks = {}
        self._asked = set()
        self.endResetModel()

    def row_of(self, pk: int | None) -> int:
        """Where a trace stands; -1 where it is not listed."""
        if self._queue is None or pk is None:
            return -1
        return self._queue.places.get(pk, -1)

    def state_changed(self, pk: int) -> None:
        """Paint that item again."""
        row = self.row_of(pk)
        if row >= 0:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many."""
        if self._queue is None or (parent is not None and parent.isValid()):
            return 0
        return len(self._queue)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The item, its state, or words for a screen reader."""
        queue = self._queue
        if queue is None or not index.isValid():
            return None
        pk = queue.pks[index.row()]
        if role == PK_ROLE:
            return pk
        if role == STATE_ROLE:
            return queue.state(pk)
        if role == PACE_ROLE:
            done = queue.state(pk) in review.DONE
            return self._my_time.unusual(pk) if done and self._my_time is not None else ""
        if role in (ITEM_ROLE, Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            item = self._item(index.row())
            if role == ITEM_ROLE or item is None:
                return item if role == ITEM_ROLE else ""
            if role == Qt.ItemDataRole.ToolTipRole:
                return "\n".join(filter(None, (item.scenario, item.title, self._pace_words(pk))))
            words = f"{item.scenario}, {item.title}, {self._state_words(queue.state(pk))}"
            unusual = self.data(index, PACE_ROLE)
            return f"{words}, {unusual_words()[unusual]}" if unusual else words
        return None

    def _pace_words(self, pk: int) -> str:
        """How long a rating took beside what is usual; empty where nothing is unusual."""
        mine = self._my_time
        if mine is None or not mine.unusual(pk):
            return ""
        found = mine.pace
        assert found.usual is not None
        assert found.fast is not None
        assert found.slow is not None
        return self.tr(
            "Took you {time}; half of your items take under {usual}. Marked are those under "
            "{fast} or over {slow}: far from your median for how much your times vary. Only you "
            "see it."
        ).format(
            time=clock(found.seconds[pk]),
            usual=clock(found.usual),
            fast=clock(found.fast),
            slow=clock(found.slow),
        )

    def _state_words(self, state: State) -> str:
        words = {
            "pending": self.tr("open"),
            "draft": self.tr("begun"),
            "submitted": self.tr("submitted"),
            "skipped": self.tr("skipped, comes again at the end"),
            "flagged": self.tr("flagged for the adjudicator"),
        }
        return words[state]

    def _item(self, row: int) -> QueueItem | None:
        number = row // BLOCK
        block = self._blocks.get(number)
        if block is None:
            self._ask(number)
            block = self._blocks.get(number)
        if block is None:
            return None
        place = row - number * BLOCK
        return block[place] if place < len(block) else None

    def _ask(self, number: int) -> None:
        project, queue = self._workspace.project, self._queue
        if project is None or queue is None or number in self._asked:
            return
        self._asked.add(number)
        pks = queue.pks[number * BLOCK : (number + 1) * BLOCK]

        def done(items: list[QueueItem]) -> None:
            if queue is not self._queue:
                return
            self._blocks[number] = items
            for old in list(self._blocks)[:-_KEPT_BLOCKS]:
                del self._blocks[old]
                self._asked.discard(old)
            first = number * BLOCK
            last = min(first + BLOCK, len(queue)) - 1
            self.dataChanged.emit(self.index(first), self.index(last))

        read = self._items
        self._workspace.jobs.read(lambda control: read(project, queue, pks), done)


class QueueDelegate(QStyledItemDelegate):
    """A dot that fills as the rating goes on, the scenario, its title, its tier."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines."""
        return QSize(200, two_lines_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One item."""
        tokens = current_tokens()
        box: QRect = option.rect
        paint_row_ground(painter, tokens, option)
        state = index.data(STATE_ROLE)
        left, right = box.left() + px(36), box.right() - 12
        upper, lower = two_lines(box, left, right)
        middle = upper.center().y()
        paint_dot(painter, QPointF(box.left() + px(20), middle + 1), state, tokens.muted)
        item: QueueItem | None = index.data(ITEM_ROLE)
        if item is None:
            return
        tiers = {
            "critical": (self.tr("critical"), "bad"),
            "important": (self.tr("important"), "neutral"),
            "nice-to-have": (self.tr("nice"), "neutral"),
        }
        text, kind = tiers.get(item.tier, (item.tier, "neutral"))
        if text:
            paint_chip(painter, tokens, right, middle + 1, text, kind, from_right=True)
            upper.setRight(right - chip_size(text).width() - 6)
        paint_elided(
            painter,
            upper,
            item.scenario,
            tokens.text if state not in review.DONE else tokens.muted,
            sans(),
        )
        unusual = index.data(PACE_ROLE)
        if unusual:
            words = unusual_words()[unusual]
            at = lower.center().y() + 1
            paint_chip(painter, tokens, right, at, words, "neutral", from_right=True)
            lower.setRight(right - chip_size(words).width() - 6)
        title = " ".join(item.title.split())
        paint_elided(painter, lower, title, tokens.muted, sans("small"))


def unusual_words() -> dict[str, str]:
    """What an unusual time is called."""

    def words(text: str) -> str:
        return QCoreApplication.translate("QueueModel", text)

    return {"fast": words("much faster"), "slow": words("much slower")}


def paint_dot(painter: QPainter, middle: QPointF, state: State, colour: str) -> None:
    """○ open, ◐ begun, ● submitted, ⊖ skipped, ⚑ flagged."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    circle = QRectF(middle.x() - 4.5, middle.y() - 4.5, 9, 9)
    if state == "flagged":
        painter.setPen(QPen(QColor(colour), 1.4))
        painter.setBrush(QColor(colour))
        x, y = middle.x() - 3.5, middle.y() - 5
        painter.drawLine(QPointF(x, y), QPointF(x, y + 10.5))
        painter.drawPolygon([QPointF(x, y), QPointF(x + 7.5, y + 3), QPointF(x, y + 6)])
        painter.restore()
        return
    painter.setPen(QPen(QColor(colour), 1.4))
    painter.setBrush(QColor(colour) if state == "submitted" else Qt.BrushStyle.NoBrush)
    painter.drawEllipse(circle)
    if state == "draft":
        painter.setBrush(QColor(colour))
        painter.drawPie(circle, 90 * 16, 180 * 16)
    elif state == "skipped":
        painter.drawLine(middle - QPointF(2, 0), middle + QPointF(2, 0))
    painter.restore()
