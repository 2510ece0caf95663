"""The first records of a file: as they would be read, and as they stand."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.errors import InputError
from evaldesk.ui.screens.imports.models import FileEntry, TextTable
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane, text_label
from evaldesk.ui.widgets.table import Table
from evaldesk.ui.widgets.trace_view import TraceView

if TYPE_CHECKING:
    from evaldesk.services.importing.preview import Look

_NOTHING, _TRACE, _RATINGS, _ROWS = range(4)
_WIDEST = 240


def about_columns(look: "Look | None", problem: str) -> bool:
    """Whether a problem is one of the mapping, which stands at its fields."""
    return look is not None and look.mapped and "apping" in problem


class PreviewPane(QWidget):
    """Shows one look. ``record`` is the index of the trace in sight."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._look: Look | None = None
        self.record = 0
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._bar())
        layout.addWidget(hairline())
        layout.addWidget(self._remarks())
        self._stack = QStackedWidget()
        self.nothing = text_label("", "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setMargin(32)
        self.trace = TraceView(tokens)
        self.ratings = TextTable(self)
        self.rows = TextTable(self)
        self.ratings_table = self._table(self.ratings, self.tr("First ratings"))
        self.rows_table = self._table(self.rows, self.tr("First rows of the file"))
        for widget in (self.nothing, self.trace, self.ratings_table, self.rows_table):
            self._stack.addWidget(widget)
        layout.addWidget(self._stack, 1)

    def _bar(self) -> QWidget:
        bar = pane()
        row = QHBoxLayout(bar)
        row.setContentsMargins(14, 6, 10, 6)
        row.setSpacing(6)
        self._group = QButtonGroup(self)
        self.as_read = ActionButton(self.tr("As it will be read"), kind="choice")
        self.as_is = ActionButton(self.tr("In the file"), kind="choice")
        for button in (self.as_read, self.as_is):
            self._group.addButton(button)
            button.clicked.connect(self._show)
            row.addWidget(button)
        self.as_read.setChecked(True)
        row.addStretch(1)
        self.place = text_label("", "muted")
        row.addWidget(self.place)
        self.back = self._arrow("‹", self.tr("Record before"), -1)
        self.forth = self._arrow("›", self.tr("Next record"), 1)
        row.addWidget(self.back)
        row.addWidget(self.forth)
        return bar

    def _arrow(self, text: str, words: str, step: int) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setProperty("kind", "flat")
        button.setAccessibleName(words)
        button.setToolTip(words)
        button.clicked.connect(lambda: self.step(step))
        return button

    def _remarks(self) -> QWidget:
        self.remarks = QScrollArea()
        self.remarks.setWidgetResizable(True)
        self.remarks.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.remarks.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inner = pane("warn")
        column = QVBoxLayout(inner)
        column.setContentsMargins(14, 8, 14, 8)
        column.setSpacing(4)
        self.problems = text_label("", "", wrap=True)
        self.notes = text_label("", "warn", wrap=True)
        for label in (self.problems, self.notes):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(label)
        column.addStretch(1)
        self._told = column
        self.remarks.setWidget(inner)
        self.remarks.hide()
        return self.remarks

    def _table(self, model: TextTable, name: str) -> Table:
        table = Table(name=name)
        table.setSortingEnabled(False)
        table.setModel(model)
        table.horizontalHeader().setStretchLastSection(True)
        return table

    # -- showing

    def show_entry(self, entry: FileEntry | None) -> None:
        """Another file, or the same with other columns."""
        look = entry.look if entry is not None else None
        same = self._look is not None and look is not None and self._look is look
        before = self._look
        self._look = look
        if same:
            return
        if before is None or look is None or before.default_run != look.default_run:
            self.record = 0
        self._tell(look, entry)
        if look is None:
            self.nothing.setText(self._why_nothing(entry))
        else:
            self.record = max(0, min(self.record, len(look.traces) - 1))
            fields = look.mapping.columns() if look.mapping is not None else {}
            self.rows.show_records(look.rows, fields)
            self._fit(self.rows_table)
            self._show_ratings(look)
            if look.traces:
                self.trace.show_trace(look.traces[self.record])
        self._show()

    def step(self, by: int) -> None:
        """To the record after (1) or before (-1)."""
        look = self._look
        if look is None or not look.traces or self.as_is.isChecked():
            return
        place = max(0, min(self.record + by, len(look.traces) - 1))
        if place != self.record:
            self.record = place
            self.trace.show_trace(look.traces[place])
            self._show()

    def switch(self) -> None:
        """The other view."""
        button = self.as_read if self.as_is.isChecked() else self.as_is
        if button.isEnabled():
            button.setChecked(True)
            self._show()

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self.trace.set_tokens(tokens)

    def _show(self) -> None:
        look = self._look
        has_rows = look is not None and bool(look.rows)
        self.as_is.setEnabled(has_rows)
        if not has_rows:
            self.as_read.setChecked(True)
        traces = look.traces if look is not None else ()
        page = _NOTHING
        if look is not None:
            if self.as_is.isChecked():
                page = _ROWS
            elif look.traces:
                page = _TRACE
            elif look.ratings:
                page = _RATINGS
            else:
                self.nothing.setText(
                    self.tr("Nothing of it can be read yet: say what its columns hold.")
                    if look.mapped
                    else self.tr("The file holds no records.")
                )
        self._stack.setCurrentIndex(page)
        stepping = page == _TRACE
        for arrow in (self.back, self.forth):
            arrow.setVisible(stepping)
        self.back.setEnabled(self.record > 0)
        self.forth.setEnabled(self.record + 1 < len(traces))
        self.place.setText(self._place(look, page))

    def _place(self, look: "Look | None", page: int) -> str:
        if look is None or page == _NOTHING:
            return ""
        if page == _TRACE:
            return (
                self.tr("record %1 of the first %2")
                .replace("%1", str(self.record + 1))
                .replace("%2", str(len(look.traces)))
            )
        count = len(look.rows) if page == _ROWS else len(look.ratings)
        return self.tr("the first %1").replace("%1", str(count))

    def _why_nothing(self, entry: FileEntry | None) -> str:
        if entry is None:
            return self.tr("Choose a file on the left to see what is in it.")
        if entry.error is not None:
            error = entry.error
            reason = error.reason if isinstance(error, InputError) else error.message
            return f"{reason}\n\n{error.hint}".strip()
        return self.tr("Reading its beginning …")

    def _show_ratings(self, look: "Look") -> None:
        ratings = look.ratings
        columns = [
            (self.tr("Item"), [item.unit for item in ratings]),
            (self.tr("Rater"), [item.rater for item in ratings]),
            (self.tr("Criterion"), [item.criterion for item in ratings]),
            (self.tr("Answer"), [str(item.value) for item in ratings]),
            (self.tr("Comment"), [item.comment for item in ratings]),
            (self.tr("Time"), [item.time for item in ratings]),
            (self.tr("Place"), [item.place for item in ratings]),
            (self.tr("Text of the item"), [item.text for item in ratings]),
        ]
        filled = [(name, cells) for name, cells in columns if any(cells)]
        rows = [list(row) for row in zip(*(cells for _, cells in filled), strict=True)]
        self.ratings.show_rows([name for name, _ in filled], rows)
        self._fit(self.ratings_table)

    def _fit(self, table: Table) -> None:
        header = table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        table.resizeColumnsToContents()
        for column in range(header.count()):
            if table.columnWidth(column) > _WIDEST:
                table.setColumnWidth(column, _WIDEST)

    def _tell(self, look: "Look | None", entry: FileEntry | None) -> None:
        problems: Sequence[str] = look.problems if look is not None else ()
        # What is wrong with the columns stands beside them.
        problems = [text for text in problems if not about_columns(look, text)]
        notes: Sequence[str] = look.notes if look is not None else ()
        told = [f"• {text}" for text in problems[:5]]
        if len(problems) > 5:
            told.append(self.tr("and %1 more").replace("%1", str(len(problems) - 5)))
        self.problems.setText("\n".join(told))
        self.problems.setVisible(bool(told))
        self.notes.setText("\n".join(f"• {text}" for text in notes))
        self.notes.setVisible(bool(notes))
        self.remarks.setVisible(bool(problems or notes))
        self._remarks_height()

    def _remarks_height(self) -> None:
        height = self._told.totalHeightForWidth(max(self.width(), 320))
        self.remarks.setFixedHeight(max(0, min(height, 148)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Words that wrap need another height."""
        super().resizeEvent(event)
        self._remarks_height()
