"""The board: questions as rows, raters under other names as columns, the ruling beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from evaldesk.domain.rating import Ruling
from evaldesk.domain.rubric import CannotJudge, Criterion, Judgement
from evaldesk.services.judging.adjudication import Board, BoardRow
from evaldesk.ui.screens.adjudicate.models import MANY, SEVERITY_KINDS, values_text
from evaldesk.ui.theme.apply import current_tokens, sans
from evaldesk.ui.theme.measure import px, row_px, sized
from evaldesk.ui.theme.style import paint_elided, paint_rule
from evaldesk.ui.theme.stylesheet import CHIPS

_Index = QModelIndex | QPersistentModelIndex
CELL_ROLE = Qt.ItemDataRole.UserRole
NAME_ROLE = Qt.ItemDataRole.UserRole + 1


def _row() -> int:
    return row_px(34)


_PADDING = 11
_WRAP = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell says.

    Attributes:
        chip: kind of chip; empty for plain type.
        detail: tooltip.
        value: what a click adopts; None where there is nothing to adopt.
    """

    text: str
    chip: str = ""
    detail: str = ""
    muted: bool = False
    wraps: bool = False
    value: Judgement | None = None


class BoardModel(QAbstractTableModel):
    """One board. Of more than eight raters the answers are counted in one column."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._head: list[str] = []
        self._rows: list[tuple[str, list[Cell]]] = []
        self.active = ""

    def show_board(self, board: Board | None, active: str) -> None:
        """Another board, or none."""
        self.beginResetModel()
        self.active = active
        self._head, self._rows = [], []
        if board is not None:
            many = len(board.aliases) > MANY
            columns = [self.tr("Answers")] if many else list(board.aliases)
            self._head = [self.tr("Criterion"), *columns, self.tr("Ruling")]
            self._rows = [
                (row.criterion.name, self._cells(board, row, many))
                for row in board.rows
                # A question that is answered in words and that nobody answered says nothing.
                if row.values or row.criterion.scale.kind != "text"
            ]
            self._rows += self._extras(board, many)
        self.endResetModel()

    def set_active(self, name: str) -> None:
        """Another question is in hand."""
        if name != self.active and self._rows:
            self.active = name
            last = self.index(len(self._rows) - 1, len(self._head) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: _Index | None = None) -> int:
        """Questions, then severity and tags where somebody gave some."""
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: _Index | None = None) -> int:
        """Question, raters, ruling."""
        return 0 if parent is not None and parent.isValid() else len(self._head)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        """Aliases."""
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._head[section] if section < len(self._head) else None
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """The cell, its words, the name of its row."""
        if not index.isValid():
            return None
        name, cells = self._rows[index.row()]
        cell = cells[index.column()]
        if role == CELL_ROLE:
            return cell
        if role == NAME_ROLE:
            return name
        if role == Qt.ItemDataRole.DisplayRole:
            return cell.text
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell.detail or cell.text
        return None

    def _cells(self, board: Board, row: BoardRow, many: bool) -> list[Cell]:
        criterion, scale = row.criterion, row.criterion.scale
        first = Cell(criterion.text, detail=criterion.question)
        last = self._ruling(row, len(board.aliases) - len(row.values))
        if many:
            text = values_text(list(row.values.values()), scale) or "—"
            return [first, Cell(text), last]
        kinds = _kinds(row)
        cells = []
        for alias in board.aliases:
            value = row.values.get(alias)
            if value is None:
                cells.append(Cell("—", "neutral", self.tr("{who}: no answer").format(who=alias)))
                continue
            text = scale.text_of(value)
            comment = row.comments.get(alias, "")
            detail = f"{alias}: {text}" + (f"\n{comment}" if comment else "")
            if isinstance(value, CannotJudge):
                cells.append(Cell(self.tr("cannot judge"), "neutral", f"{alias}: {text}"))
                continue
            adopt = value if scale.kind != "text" else None
            cells.append(Cell(text, kinds.get(value, "neutral"), detail, value=adopt))
        return [first, *cells, last]

    def _ruling(self, row: BoardRow, missing: int) -> Cell:
        ruling = row.ruling
        if ruling is not None:
            text, kind = ruling_text(self, ruling, row.criterion)
            return Cell(text, kind, f"{ruling.author}: {ruling.reason}")
        if row.criterion.scale.kind == "text":
            return Cell(self.tr("words"), muted=True)
        words = {
            "differ": self.tr("choose"),
            "single": self.tr("one answer"),
            "missing": self.tr("no answer"),
        }
        if row.state != "agree":
            return Cell(words[row.state], muted=True)
        text = self.tr("agreed")
        if missing:
            text = self.tr("agreed, {n} missing").format(n=missing)
        return Cell(text, muted=True)

    def _extras(self, board: Board, many: bool) -> list[tuple[str, list[Cell]]]:
        rows = []
        if board.severities:
            given = [board.severities.get(alias, "") for alias in board.aliases]
            worst = Cell(
                self.tr("worst: {worst}").format(worst=min(filter(None, given))), muted=True
            )
            if many:
                cells = [Cell(_counted([text for text in given if text]))]
            else:
                cells = [_severity(text) for text in given]
            rows.append(("", [Cell(self.tr("Severity")), *cells, worst]))
        if board.tags:
            titles = {mode.name: mode.text for mode in board.rubric.failure_modes}
            told = {
                alias: ", ".join(titles.get(name, name) for name in names)
                for alias, names in board.tags.items()
            }
            if many:
                every = [titles.get(name, name) for names in board.tags.values() for name in names]
                cells = [Cell(_counted(every))]
            else:
                cells = [
                    Cell(told[alias], "", f"{alias}: {told[alias]}", wraps=True)
                    if told.get(alias)
                    else Cell("—", muted=True)
                    for alias in board.aliases
                ]
            rows.append(("", [Cell(self.tr("Failure modes")), *cells, Cell("")]))
        return rows


class BoardDelegate(QStyledItemDelegate):
    """Chips on the question's row; the row in hand stands on accent."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """Room for the chip."""
        cell: Cell = index.data(CELL_ROLE)
        if cell.wraps:
            return QSize(60, _row())
        width = QFontMetrics(sans(bold=index.column() == 0)).horizontalAdvance(cell.text)
        return QSize(width + 20 + (2 * _PADDING if cell.chip else 0), _row())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """One cell."""
        tokens = current_tokens()
        box: QRect = option.rect
        cell: Cell = index.data(CELL_ROLE)
        model = index.model()
        name = index.data(NAME_ROLE)
        active = isinstance(model, BoardModel) and bool(name) and model.active == name
        if active:
            painter.fillRect(box, QColor(tokens.accent_soft))
        paint_rule(painter, tokens, box.left(), box.right(), box.bottom())
        inner = box.adjusted(10, 0, -6, 0)
        if cell.wraps:
            painter.save()
            painter.setFont(sans("small"))
            painter.setPen(QColor(tokens.text))
            painter.drawText(inner.adjusted(0, 8, 4, 0), _WRAP, cell.text)
            painter.restore()
            return
        if not cell.chip:
            bold = active and index.column() == 0
            ink = tokens.muted if cell.muted else tokens.text
            paint_elided(painter, inner, cell.text, ink, sans(bold=bold))
            return
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver) and cell.value is not None
        paint_value(painter, inner, cell.text, cell.chip, hovered=hovered, active=active)


def _fit_heights(table: QTableView) -> None:
    table.verticalHeader().setDefaultSectionSize(_row())
    table.horizontalHeader().setFixedHeight(px(28))


def paint_value(
    painter: QPainter, box: QRect, text: str, kind: str, *, hovered: bool, active: bool
) -> None:
    """An answer on a rounded ground, a little larger than a chip."""
    tokens = current_tokens()
    ground, ink = CHIPS[kind]
    if active and ground == "accent_soft":
        ground = "pane"  # the row in hand has that colour itself
    painter.save()
    painter.setFont(sans())
    shown = painter.fontMetrics().elidedText(
        text, Qt.TextElideMode.ElideRight, box.width() - 2 * _PADDING
    )
    width = painter.fontMetrics().horizontalAdvance(shown) + 2 * _PADDING
    shape = QRectF(box.left(), box.center().y() - px(10.5), width, px(22))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(tokens.accent), 1) if hovered else Qt.PenStyle.NoPen)
    painter.setBrush(QColor(getattr(tokens, ground)))
    painter.drawRoundedRect(shape, 11, 11)
    painter.setPen(QColor(getattr(tokens, ink)))
    painter.drawText(shape, Qt.AlignmentFlag.AlignCenter, shown)
    painter.restore()


class BoardView(QTableView):
    """The board as a table. A click on an answer adopts it, a click elsewhere takes the row.

    Signals:
        row_wanted(name): a question was clicked. adopted(name, value): an answer of it.
    """

    row_wanted = Signal(str)
    adopted = Signal(str, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.board = BoardModel(self)
        self.setModel(self.board)
        self.setItemDelegate(BoardDelegate(self))
        self.setAccessibleName(self.tr("What the raters answered"))
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setVisible(False)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        header.setMinimumSectionSize(44)
        sized(self, _fit_heights)
        self.clicked.connect(self._clicked)

    def show_board(self, board: Board | None, active: str) -> None:
        """Another board; it is as high as its rows."""
        self.board.show_board(board, active)
        header = self.horizontalHeader()
        columns = self.board.columnCount()
        for column in range(columns):
            last = column in (0, columns - 1)
            # Raters share what question and ruling leave.
            header.setSectionResizeMode(
                column,
                QHeaderView.ResizeMode.Interactive if last else QHeaderView.ResizeMode.Stretch,
            )
        self._fit()

    def resizeEvent(self, event: Any) -> None:
        """The question takes what room there is."""
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        columns = self.board.columnCount()
        if not columns:
            self.setFixedHeight(0)
            return
        header, room = self.horizontalHeader(), self.viewport().width()
        ruling = min(max(self.sizeHintForColumn(columns - 1), 76), 150)
        # Raters' answers are read before the question is, which the title of the ruling repeats.
        hints = [self.sizeHintForColumn(column) for column in range(1, columns - 1)]
        answers = len(hints) * min(max(hints, default=0), 104)
        wanted = max(self.sizeHintForColumn(0), 84)
        question = min(wanted, max(96, room - ruling - answers))
        header.resizeSection(0, question)
        header.resizeSection(columns - 1, ruling)
        rows = self.board.rowCount()
        heights = [self._row_height(row) for row in range(rows)]
        for row, height in enumerate(heights):
            self.setRowHeight(row, height)
        self.setFixedHeight(header.height() + sum(heights) + 2)

    def _row_height(self, row: int) -> int:
        metrics, height = QFontMetrics(sans("small")), _row()
        for column in range(self.board.columnCount()):
            cell: Cell = self.board.index(row, column).data(CELL_ROLE)
            if cell.wraps:
                room = QRect(0, 0, self.columnWidth(column) - 12, 1000)
                needs = metrics.boundingRect(room, int(_WRAP), cell.text).height()
                height = max(height, needs + 16)
        return height

    def middle_of(self, name: str) -> int:
        """Where a question's row is, from the top."""
        for row in range(self.board.rowCount()):
            if self.board.index(row, 0).data(NAME_ROLE) == name:
                return self.horizontalHeader().height() + row * _row() + _row() // 2
        return 0

    def _clicked(self, index: QModelIndex) -> None:
        name, cell = index.data(NAME_ROLE), index.data(CELL_ROLE)
        if not name:
            return
        if cell.value is not None:
            self.adopted.emit(name, cell.value)
        else:
            self.row_wanted.emit(name)


def ruling_text(teller: QObject, ruling: Ruling, criterion: Criterion) -> tuple[str, str]:
    """(words, kind of chip) for a ruling."""
    if ruling.kind == "none_fits":
        return teller.tr("none fits") + " ✓", "warn"
    if ruling.kind == "rubric_unsettled" or ruling.value is None:
        return teller.tr("rubric open") + " ✓", "warn"
    return criterion.scale.text_of(ruling.value) + " ✓", "ok"


def _kinds(row: BoardRow) -> Mapping[Judgement, str]:
    """Value → kind of chip: green where all agree; else the worse end red, the better blue."""
    if row.criterion.scale.kind == "text":
        return {}
    judged = [value for value in row.values.values() if not isinstance(value, CannotJudge)]
    values = list(dict.fromkeys(judged))
    if row.state == "agree":
        return dict.fromkeys(values, "ok")
    if len(values) < 2:
        return {}
    scale = row.criterion.scale
    if scale.kind == "multi":
        # No set of points is better than another.
        return dict.fromkeys(values, "warn")
    places = {value: scale.position(value) for value in values}
    values.sort(key=lambda value: (places[value] is None, places[value] or 0.0, str(value)))
    if row.criterion.direction == "lower":
        values.reverse()
    kinds = dict.fromkeys(values, "warn")
    kinds[values[0]], kinds[values[-1]] = "bad", "a"
    return kinds


def _severity(text: str) -> Cell:
    if not text:
        return Cell("—", "neutral")
    return Cell(text, SEVERITY_KINDS.get(text, "neutral"))


def _counted(texts: Sequence[str]) -> str:
    counts = {text: texts.count(text) for text in sorted(set(texts))}
    return " · ".join(f"{text} × {number}" for text, number in counts.items())
