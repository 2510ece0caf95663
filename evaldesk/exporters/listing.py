"""Lists as text: CSV files and tab-separated text that no spreadsheet runs."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from evaldesk.domain.errors import EvalDeskError

Cell = str | float | int | None

_STARTERS = ("=", "+", "-", "@", "\t", "\r")


def harmless(cell: Cell) -> str:
    """A cell as text. Text that a spreadsheet would take for a formula gets an apostrophe before
    it, and so does text that already has one there, so that it can be taken away again; numbers
    stay numbers, negative ones as well.
    """
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip("'").lstrip(" ").startswith(_STARTERS) else cell
    return repr(cell)


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Write rows under headings, in UTF-8 with a mark that Excel needs; returns how many.

    Raises:
        EvalDeskError: the file cannot be written.
    """
    count = 0
    try:
        # Half a surrogate pair, which logs do hold, becomes a question mark: UTF-8 has none.
        with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow([harmless(heading) for heading in headings])
            for row in rows:
                writer.writerow([harmless(cell) for cell in row])
                count += 1
    except OSError as error:
        raise EvalDeskError(
            f"{path.name} could not be written: {error.strerror or error}.",
            "Choose another place, or close the program that has it open.",
        ) from error
    return count


def as_tsv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The same as tab-separated text for the clipboard; one line a row."""
    out = io.StringIO()
    for line in (headings, *rows):
        out.write("\t".join(" ".join(harmless(cell).split()) for cell in line) + "\n")
    return out.getvalue()
