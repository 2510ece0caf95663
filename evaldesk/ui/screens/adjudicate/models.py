"""The disagreements as a list."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from evaldesk.domain.rating import Disagreement
from evaldesk.domain.rubric import CannotJudge, Judgement, Rubric, Scale
from evaldesk.services.judging.adjudication import in_board_order
from evaldesk.services.judging.patterns import Place
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

_Index = QModelIndex | QPersistentModelIndex
ITEM_ROLE = Qt.ItemDataRole.UserRole
NAME_ROLE = Qt.ItemDataRole.UserRole + 1
VALUES_ROLE = Qt.ItemDataRole.UserRole + 2
PLACE_ROLE = Qt.ItemDataRole.UserRole + 3
FLAG_ROLE = Qt.ItemDataRole.UserRole + 4
MANY = 8
"""More answers than this are counted instead of listed."""
SEVERITY_KINDS = {"S1": "bad", "S2": "warn"}


def values_text(values: Sequence[Judgement | CannotJudge], scale: Scale) -> str:
    """``No · Yes · No``; of many, how often each: ``No × 40 · Yes × 83``."""
    if len(values) <= MANY:
        return " · ".join(scale.text_of(value) for value in values)
    counts = Counter(values)

    def order(value: Judgement | CannotJudge) -> tuple[float, str]:
        place = None if isinstance(value, CannotJudge) else scale.position(value)
        return (float("inf") if place is None else place, str(value))

    shown = sorted(counts, key=order)
    return " · ".join(f"{scale.text_of(value)} × {counts[value]}" for value in shown)


class DisagreementModel(QAbstractListModel):
    """The listed disagreements, in order."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._items: Sequence[Disagreement] = ()
        self._rubric: Rubric | None = None
        self._run_of: Mapping[int, str] = {}
        self._flags: Mapping[int, str] = {}

    def show_items(
        self,
        items: Sequence[Disagreement],
        rubric: Rubric | None,
        run_of: Mapping[int, str],
        flags: Mapping[int, str] | None = None,
    ) -> None:
        """Others.

        Args:
            run_of: trace → run, to be shown; empty while systems are hidden.
            flags: trace → note of a rater who flagged it.
        """
        self.beginResetModel()
        self._flags = flags or {}
        self._items, self._rubric, self._run_of = items, rubric, run_of
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        """How many."""
        return 0 if parent is not None and parent.isValid() else len(self._items)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The disagreement, its parts, or words for a screen reader."""
        if not index.isValid() or self._rubric is None:
            return None
        item = self._items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role == PLACE_ROLE:
            place: Place = (item.trace_pk, item.criterion)
            return place
        if role == NAME_ROLE:
            return self._name(item)
        if role == VALUES_ROLE:
            return self._values(item)
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [self._name(item), item.title, self._values(item)]
            if item.trace_pk in self._flags:
                lines.append(self.tr("Flagged: {note}").format(note=self._flags[item.trace_pk]))
            return "\n".join(lines)
        if role == FLAG_ROLE:
            return self._flags.get(item.trace_pk)
        if role == Qt.ItemDataRole.DisplayRole:
            parts = [item.severity, self._name(item), self._values(item)]
            parts.append(self.tr("ruled") if item.ruled else self.tr("open"))
            if item.trace_pk in self._flags:
                parts.append(self.tr("flagged: {note}").format(note=self._flags[item.trace_pk]))
            return ", ".join(part for part in parts if part)
        return None

    def _name(self, item: Disagreement) -> str:
        if item.flagged:
            return item.scenario
        criterion = self._rubric.criterion(item.criterion) if self._rubric is not None else None
        question = criterion.text if criterion is not None else item.criterion
        return f"{item.scenario} · {question}"

    def _values(self, item: Disagreement) -> str:
        rubric = self._rubric
        criterion = rubric.criterion(item.criterion) if rubric is not None else None
        if rubric is None or criterion is None:
            return ""
        if item.flagged:
            # Nobody differs: what there is to see is what the rater asks.
            text = self._flags.get(item.trace_pk, "") or self.tr("handed over without a note")
        else:
            text = values_text(in_board_order(item, rubric.name), criterion.scale)
        run = self._run_of.get(item.trace_pk, "")
        return f"{text}   {run}" if run else text


class DisagreementDelegate(QStyledItemDelegate):
    """Severity, scenario and question, what the raters said, ✓ where a ruling stands."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Two lines."""
        return QSize(200, two_lines_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One disagreement."""
        tokens = current_tokens()
        box: QRect = option.rect
        paint_row_ground(painter, tokens, option)
        item: Disagreement | None = index.data(ITEM_ROLE)
        if item is None:
            return
        severity = item.severity or "–"
        kind = SEVERITY_KINDS.get(item.severity, "neutral")
        left, right = box.left() + px(50), box.right() - 12
        upper, lower = two_lines(box, left, right)
        paint_chip(painter, tokens, box.left() + 12, upper.center().y() + 1, severity, kind)
        if item.ruled:
            text = "✓ " + self.tr("ruled")
            paint_chip(painter, tokens, right, lower.center().y(), text, "ok", from_right=True)
            lower.setRight(right - chip_size(text).width() - 6)
        elif index.data(FLAG_ROLE) is not None:
            text = "⚑ " + self.tr("flagged")
            paint_chip(painter, tokens, right, lower.center().y(), text, "warn", from_right=True)
            lower.setRight(right - chip_size(text).width() - 6)
        paint_elided(
            painter,
            upper,
            index.data(NAME_ROLE),
            tokens.muted if item.ruled else tokens.text,
            sans(),
        )
        paint_elided(painter, lower, index.data(VALUES_ROLE), tokens.muted, sans("small"))
