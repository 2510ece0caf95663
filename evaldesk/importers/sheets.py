"""Sheets of Excel workbooks: values only, within bounds."""

import io
import re
from datetime import date, datetime, time, timedelta
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.importers.source import Source
from evaldesk.importers.zip_file import open_zip, zip_faults

UNPACKED_MAX = 2 << 30
"""Bytes that a workbook may unpack to, and never more than 300 times its size."""


def sheet_names(source: Source) -> list[str]:
    """The sheets of a workbook, in order.

    Raises:
        InputError: it is damaged, or needs a password.
    """
    return list(_workbook(source).sheet_names)


def read_sheet(source: Source, sheet: str = "") -> tuple[str, list[list[Any]]]:
    """Name and rows of a sheet; without a name, the first that has rows.

    Raises:
        InputError: the workbook is damaged or has no such sheet.
    """
    book = _workbook(source)
    names = list(book.sheet_names)
    if sheet and sheet not in names:
        raise source.error(
            f"The workbook has no sheet “{sheet}”.", f"There are: {', '.join(names)}."
        )
    try:
        for name in [sheet] if sheet else names:
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if rows:
                return name, [[_cell(cell) for cell in row] for row in rows]
    except Exception as error:  # the reader is compiled and raises types of its own
        raise source.error(f"The workbook could not be read ({error}).") from error
    return "", []


def is_workbook(source: Source) -> bool:
    """Whether a ZIP file is a workbook.

    Raises:
        InputError: it unpacks to more than any table needs.
    """
    try:
        with open_zip(source) as archive:
            entries = archive.infolist()
    except InputError:
        return False
    if not any(entry.filename.startswith("xl/") for entry in entries):
        return False
    total = sum(entry.file_size for entry in entries)
    if total > UNPACKED_MAX or total > max(64 << 20, 300 * source.size):
        raise source.error(
            f"The workbook unpacks to {total >> 20} MB from {source.size:,} bytes.",
            "It looks like a decompression bomb.",
        )
    return True


def _workbook(source: Source) -> Any:
    known = source.facts.get("workbook")
    if known is None:
        from python_calamine import CalamineWorkbook

        _check_extent(source)
        if source.size > UNPACKED_MAX:
            raise source.error(f"The workbook is larger than {UNPACKED_MAX >> 20} MB.")
        with source.open_raw() as raw:
            data = raw.read()
        try:
            known = CalamineWorkbook.from_filelike(io.BytesIO(data))
        except Exception as error:
            raise source.error(
                f"The workbook could not be opened ({error}).",
                "Save it again as .xlsx without a password.",
            ) from error
        source.facts["workbook"] = known
    return known


def _check_extent(source: Source) -> None:
    """Whether every sheet fits into memory as a rectangle, which the reader makes of it: one cell
    far out is enough for one of millions of columns.

    Raises:
        InputError: one does not.
    """
    try:
        with open_zip(source) as archive:
            names = [info.filename for info in archive.infolist()]
            if any(_OTHER_KIND.match(name) for name in names):
                raise source.error("It is a workbook of another kind.", "Save it as .xlsx.")
            for name in names:
                if name.lower().endswith(".xml"):  # a sheet may lie anywhere
                    with archive.open(name) as sheet:
                        rows, columns = _extent(sheet)
                    if columns > _MOST_COLUMNS or rows * columns > _MOST_CELLS:
                        raise source.error(
                            f"A sheet reaches over {rows:,} rows and {columns:,} columns.",
                            "Delete what stands far outside of the table, or save it as CSV.",
                            record=name,
                        )
    except zip_faults() as error:
        raise source.error(f"The workbook is damaged ({error}).") from error


def _extent(sheet: Any) -> tuple[int, int]:
    """The farthest row and column that a sheet names, at least as far as its last cell."""
    most_row = most_column = 0
    rest = b""
    while chunk := sheet.read(1 << 20):
        data = rest + chunk
        for letters, digits in set(_REFERENCE.findall(data)):
            column = 0
            for letter in letters.upper()[:8]:
                column = column * 26 + letter - 64
            most_column = max(most_column, column)
            most_row = max(most_row, int(digits[:10] or b"0"))
        rest = data[-2500:]
    return most_row, most_column


_OTHER_KIND = re.compile(r"xl/.*\.bin$|content\.xml$", re.IGNORECASE)
_REFERENCE = re.compile(
    rb"""<(?:\w+:)?(?:c|row)\s[^<]{0,2000}?\br\s*=\s*["']([A-Za-z]*)(\d+)["']"""
)
_MOST_COLUMNS = 16_384
_MOST_CELLS = 40_000_000


def _cell(cell: Any) -> Any:
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1 << 53:
        return int(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return cell
