"""One sheet, written row by row: nothing of it is held in memory.

Every text goes through `SheetWriter.row`: `rows` is the one place that decides what a cell is, so
that no imported text can become a formula, an error value or a link.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import Rule
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from evaldesk.domain.errors import UsageError
from evaldesk.domain.estimate import Estimate
from evaldesk.exporters.excel import text as words
from evaldesk.exporters.excel.rows import RowWriter
from evaldesk.exporters.excel.scratch import ScratchBook, begin
from evaldesk.exporters.excel.style import NUMERIC, Kind, look

if TYPE_CHECKING:
    from openpyxl.chart._chart import ChartBase

MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384
_LINE = 13.5


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. ``width`` in characters."""

    title: str
    width: float
    kind: Kind = "text"


@dataclass(frozen=True, slots=True)
class Styled:
    """A value that is shown in another way than its column."""

    value: Any
    kind: Kind


@dataclass(frozen=True, slots=True)
class Link:
    """A place within this workbook."""

    text: str
    sheet: str


@dataclass(frozen=True, slots=True)
class Undefined:
    """Why there is no number."""

    reason: str


def utc(text: str) -> datetime | str | None:
    """A date as Excel holds it: UTC without a zone. A time that names no zone is taken as UTC.

    Returns:
        The text itself where it is not a date that Excel can hold, None where it is empty.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return text
    return moment if 1900 < moment.year < 10_000 else text


def interval(estimate: Estimate, kind: Kind) -> list[Any]:
    """Value, low and high of an estimate; ``method`` says why where there is none."""
    if estimate.value is None:
        return [Undefined("undefined"), None, None]
    return [
        Styled(estimate.value, kind),
        None if estimate.low is None else Styled(estimate.low, kind),
        None if estimate.high is None else Styled(estimate.high, kind),
    ]


def method(estimate: Estimate) -> str:
    """How an estimate was made: method, level, seed, and why something is missing."""
    parts = [estimate.method or ""]
    if estimate.level is not None and estimate.low is not None:
        parts.append(f"{estimate.level:.0%} interval")
    if estimate.seed is not None:
        parts.append(f"seed {estimate.seed}")
    if estimate.undefined_reason:
        parts.append(estimate.undefined_reason)
    return ", ".join(part for part in parts if part)


class SheetWriter:
    """Writes a sheet from top to bottom.

    Attributes:
        title: the sheet's name.
        row_number: of the last row written.
        data_rows: rows written through `table`.
    """

    def __init__(
        self,
        book: ScratchBook,
        title: str,
        widths: Sequence[float],
        *,
        freeze: str = "",
        dense: bool = False,
        landscape: bool = True,
        color: str = "",
    ) -> None:
        self.title = title
        self.row_number = 0
        self.data_rows = 0
        self.sheet: Any = book.create_sheet(title)
        self._widths = list(widths)
        self._styles: dict[Kind, int] = {}
        self._links: list[Hyperlink] = []
        self._rows = RowWriter(book.scratch)
        self._file = book.scratch / f"sheet-{len(book.worksheets)}.xml"
        for number, width in enumerate(widths, 1):
            self.sheet.column_dimensions[get_column_letter(number)].width = width
        if freeze:
            self.sheet.freeze_panes = freeze
        self._dense = dense
        # A long list has grid lines; a page has rules below its rows.
        self.sheet.sheet_view.showGridLines = dense
        self.sheet.print_options.gridLines = dense or None
        self.sheet.sheet_format.defaultRowHeight = _LINE
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        if color:
            self.sheet.sheet_properties.tabColor = color
        self.sheet.page_setup.orientation = "landscape" if landscape else "portrait"
        self.sheet.page_setup.paperSize = 9  # A4
        self.sheet.page_setup.fitToWidth = 1
        self.sheet.page_setup.fitToHeight = 0
        margins = self.sheet.page_margins
        margins.left = margins.right = 0.4
        margins.top = margins.bottom = 0.7
        margins.header = margins.footer = 0.35
        self.sheet.HeaderFooter.oddFooter.left.text = "&A"
        self.sheet.HeaderFooter.oddFooter.right.text = "&P / &N"

    def row(self, values: Iterable[Any], kinds: Sequence[Kind], height: float = 0) -> int:
        """Write one row; returns its number.

        Args:
            values: None, text, numbers, `datetime`, or one of this module's wrappers.
            kinds: how each is shown.
            height: in points; 0 for the usual.
        """
        if self.row_number >= MAX_ROWS:
            raise OverflowError("the sheet is full")
        self.row_number += 1
        self._rows.row(
            self.row_number,
            [
                self._cell(value, kind, number)
                for number, (value, kind) in enumerate(zip(values, kinds, strict=True), 1)
            ],
            height,
        )
        return self.row_number

    def blank(self, rows: int = 1) -> None:
        """Leave rows empty."""
        for _ in range(rows):
            self.row((), ())

    def line(self, text: Any, kind: Kind = "text", height: float = 0) -> int:
        """One text in the first column, which runs on to the right."""
        return self.row((text,), (kind,), height)

    def heading(self, text: str, columns: int = 0) -> None:
        """A heading with a rule below it."""
        self.blank()
        count = max(columns or len(self._widths), 1)
        kinds: list[Kind] = ["heading"] * count
        self.row([text, *[None] * (count - 1)], kinds, 20)

    def paragraph(self, text: str, first: int, last: int, before: Sequence[Any] = ()) -> None:
        """A text over several columns (1-based, inclusive), as high as it needs to be.

        Args:
            before: values of the columns to the left of ``first``.
        """
        text = words.fitted(words.visible(text))
        lines = _text_lines(text, sum(self._widths[first - 1 : last]))
        values = [*before, *[None] * (first - 1 - len(before)), text]
        kinds: list[Kind] = ["strong"] * (first - 1)
        kinds.append("wrapped")
        number = self.row(values, kinds, min(lines * _LINE + 2, 400))
        if last > first:
            left, right = get_column_letter(first), get_column_letter(last)
            self.sheet.merged_cells.add(f"{left}{number}:{right}{number}")

    def head(self, columns: Sequence[Column], height: float = 0) -> int:
        """The header of a table."""
        kinds: list[Kind] = [
            "head_right" if column.kind in NUMERIC else "head" for column in columns
        ]
        if not height:
            deepest = max(
                _lines(column.title, self._widths[number] if number < len(self._widths) else 10)
                for number, column in enumerate(columns)
            )
            height = 6 + _LINE * deepest
        return self.row([column.title for column in columns], kinds, height)

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        *,
        filtered: bool = False,
        most_lines: int = 12,
    ) -> tuple[int, int]:
        """A header and rows; returns the numbers of the first and the last data row (last is
        before first where there are none).

        Args:
            filtered: put filter buttons on the header.
            most_lines: that a wrapped text makes a row high.
        """
        header = self.head(columns)
        kinds = [column.kind for column in columns]
        wrapped = [
            (number, self._widths[number])
            for number, column in enumerate(columns)
            if column.kind == "wrapped" and most_lines > 1
        ]
        first = header + 1
        for values in rows:
            # Every row says how high it is: neither program then measures texts when it opens
            # the file, and both show the same.
            lines = 1
            for number, width in wrapped:
                if isinstance(values[number], str):
                    lines = max(lines, _text_lines(values[number], width))
            self.row(values, kinds, _LINE * min(lines, most_lines))
            self.data_rows += 1
        last = self.row_number
        if filtered:
            self.filter(header, len(columns))
        return first, last

    def filter(self, header: int, columns: int) -> None:
        """Filter buttons on a header, over the rows written so far; one a sheet."""
        end = max(self.row_number, header + 1)
        self.sheet.auto_filter.ref = f"A{header}:{get_column_letter(columns)}{end}"

    def print_only(self, columns: int) -> None:
        """Leave the columns after these out when it is printed."""
        self.sheet.print_area = f"A1:{get_column_letter(columns)}{max(1, self.row_number)}"

    def repeat(self, header: int) -> None:
        """Repeat this row on every printed page."""
        self.sheet.print_title_rows = f"{header}:{header}"

    def rule(self, column: int, first: int, last: int, rule: Rule) -> None:
        """Conditional colours for a part of a column (1-based); ``{cell}`` in the rule's formula
        becomes the first cell.
        """
        if last >= first:
            letter = get_column_letter(column)
            rule.formula = [text.replace("{cell}", f"{letter}{first}") for text in rule.formula]
            self.sheet.conditional_formatting.add(f"{letter}{first}:{letter}{last}", rule)

    def chart(self, chart: "ChartBase", row: int, column: int = 1) -> None:
        """Lay a chart over the cells from here."""
        self.sheet.add_chart(chart, f"{get_column_letter(column)}{row}")

    def close(self) -> None:
        """No more rows."""
        # openpyxl empties its list of links when it begins to write.
        begin(self.sheet, self._file)
        self.sheet._hyperlinks.extend(self._links)
        self.sheet.close()
        self._rows.put_into(self._file)

    def _cell(self, value: Any, kind: Kind, column: int) -> tuple[Any, int] | None:
        if isinstance(value, Styled):
            value, kind = value.value, value.kind
        if value is None and self._dense:
            return None
        if isinstance(value, Undefined):
            value, kind = value.reason, "reason"
        if isinstance(value, Link):
            self._link(value, column)
            value, kind = value.text, "link"
        style = self._styles.get(kind)
        if style is None:
            style = self._styles[kind] = self._style(kind)
        return value, style

    def _style(self, kind: Kind) -> int:
        shape = look(kind)
        cell: Any = WriteOnlyCell(self.sheet)
        cell.font = shape.font
        cell.alignment = shape.alignment
        cell.number_format = shape.number_format
        if shape.fill is not None:
            cell.fill = shape.fill
        if shape.border is not None and (not self._dense or kind.startswith("head")):
            cell.border = shape.border
        return int(cell.style_id)

    def _link(self, link: Link, column: int) -> None:
        place = f"{get_column_letter(column)}{self.row_number}"
        name = link.sheet.replace("'", "''")
        self._links.append(Hyperlink(ref=place, location=f"'{name}'!A1", display=link.text))


def long_table(
    book: ScratchBook,
    title: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Any]],
    *,
    freeze: str = "A2",
    color: str = "",
    rules: Callable[[SheetWriter, int, int], None] = lambda sheet, first, last: None,
    room: int = MAX_ROWS - 1,
    most_lines: int = 1,
) -> list[SheetWriter]:
    """A table that fills a sheet, and goes on in another where one is full.

    Args:
        freeze: the first cell that scrolls.
        rules: adds conditional colours, given the sheet and its first and last data row.
        room: rows a sheet.
        most_lines: that a wrapped text makes a row high.
    """
    if len(columns) > MAX_COLUMNS:
        raise UsageError(
            f"{len(columns):,} columns are more than the {MAX_COLUMNS:,} of an Excel sheet.",
            "Export to CSV or JSONL instead.",
        )
    remaining = iter(rows)
    sheets: list[SheetWriter] = []
    more = True
    held: list[Sequence[Any]] = []
    while more:
        name = title if not sheets else f"{title} ({len(sheets) + 1})"
        sheet = SheetWriter(
            book,
            name,
            [_roomy(item) for item in columns],
            freeze=freeze,
            dense=True,
            color=color,
        )
        sheets.append(sheet)
        block = chain(held, islice(remaining, room - len(held)))
        first, last = sheet.table(columns, block, filtered=True, most_lines=most_lines)
        sheet.repeat(1)
        rules(sheet, first, last)
        sheet.print_only(_printed(columns))
        held = list(islice(remaining, 1))
        more = bool(held)
    return sheets


def _roomy(column: Column) -> float:
    # The button of a filter covers the end of a header.
    return max(column.width, min(len(column.title) + 5, 24))


def _printed(columns: Sequence[Column]) -> int:
    # The long ids at the end are for looking things up, not for paper.
    count = len(columns)
    while count > 1 and columns[count - 1].kind == "id":
        count -= 1
    return count


def _lines(title: str, width: float) -> int:
    lines, used = 1, 0
    for word in title.split():
        if used and used + 1 + len(word) > width * 0.95:
            lines, used = lines + 1, len(word)
        else:
            used += len(word) + (1 if used else 0)
    return lines


def _text_lines(text: str, width: float) -> int:
    # A width counts the zeros of the default size; prose of this size takes less.
    room = max(1.0, width * 1.2)
    return sum(max(1, math.ceil(len(part) / room)) for part in text.split("\n"))


def distances(estimate: Estimate) -> list[float | None]:
    """From the value down to the low and up to the high end; for the bars of a chart."""
    if estimate.value is None or estimate.low is None or estimate.high is None:
        return [None, None]
    return [max(0.0, estimate.value - estimate.low), max(0.0, estimate.high - estimate.value)]


def ends(estimates: Sequence[Estimate]) -> list[float]:
    """Every value and every end of an interval that there is."""
    numbers = (number for item in estimates for number in (item.value, item.low, item.high))
    return [number for number in numbers if number is not None]
