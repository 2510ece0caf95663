"""The first records of a file, raw and as they would come in, for the import screen."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.rating import MarkedSpan, RatingRecord
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.importers.contract import ImportOptions, RatingFormat, RunHeader, TraceFormat
from evaldesk.importers.guessing import guess_rating_mapping, guess_trace_mapping
from evaldesk.importers.mapping import RatingMapping, TraceMapping
from evaldesk.importers.records import Records
from evaldesk.importers.sheets import sheet_names
from evaldesk.importers.source import Source


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would make of the beginning of a file.

    Attributes:
        columns: for formats with columns; empty for others.
        rows: the first records as they stand.
        sheets: of a workbook.
        mapping: the one given, or the one guessed; None for formats without columns.
        header: what the file says of the run as a whole.
        items: the first records as they would come in.
        notes: what a person should know.
        problems: why records could not be read: place and reason in one line each.
    """

    columns: Sequence[str] = ()
    rows: Sequence[Mapping[str, Any]] = ()
    sheets: Sequence[str] = ()
    mapping: TraceMapping | RatingMapping | None = None
    header: RunHeader | None = None
    items: Sequence[TraceRecord | Scenario | RatingRecord] = ()
    notes: Sequence[str] = ()
    problems: Sequence[str] = ()


def preview(
    source: Source,
    format: TraceFormat,
    mapping: TraceMapping | None = None,
    limit: int = 20,
    *,
    sheet: str = "",
) -> Preview:
    """The beginning of a file of traces. A file that cannot be read gives ``problems``."""
    columns, rows, sheets, problem = _table(source, limit, sheet) if format.mapped else _NO_TABLE
    chosen = mapping
    if format.mapped and mapping is None and not problem:
        chosen = guess_trace_mapping(columns, rows)
    # Without a mapping of a person's own the format decides: it may need none.
    options = ImportOptions(mapping=mapping, skip_bad=True, sheet=sheet)
    header, items, notes, problems = _collect(_begun(lambda: format.read(source, options)), limit)
    return Preview(columns, rows[:limit], sheets, chosen, header, items, notes, problems)


def preview_ratings(
    source: Source,
    format: RatingFormat,
    mapping: RatingMapping | None = None,
    limit: int = 20,
    *,
    sheet: str = "",
) -> Preview:
    """The beginning of a file of ratings. A file that cannot be read gives ``problems``."""
    columns, rows, sheets, problem = _table(source, limit, sheet) if format.mapped else _NO_TABLE
    chosen = mapping
    if format.mapped and mapping is None and not problem:
        chosen = guess_rating_mapping(columns, rows)
    options = ImportOptions(skip_bad=True, sheet=sheet)
    read = _begun(lambda: format.read(source, mapping, options))
    header, items, notes, problems = _collect(read, limit)
    return Preview(columns, rows[:limit], sheets, chosen, header, items, notes, problems)


_Table = tuple[list[str], list[dict[str, Any]], list[str], str]
_NO_TABLE: _Table = ([], [], [], "")


def _table(source: Source, limit: int, sheet: str) -> _Table:
    try:
        records = Records(source, sheet=sheet)
        sheets = sheet_names(source) if records.kind == "xlsx" else []
        return records.columns, records.sample(max(limit, 200)), sheets, ""
    except InputError as error:
        return [], [], [], str(error)


def _begun(read: Callable[[], Iterator[Any]]) -> Generator[Any, None, None]:
    """What is read, begun only when it is asked for: beginning may already raise."""
    yield from read()


def _collect(
    read: Any, limit: int
) -> tuple[RunHeader | None, list[TraceRecord | Scenario | RatingRecord], list[str], list[str]]:
    header: RunHeader | None = None
    items: list[TraceRecord | Scenario | RatingRecord] = []
    notes: list[str] = []
    problems: list[str] = []
    try:
        # Bad records count too: a file of nothing else must not be read to its end.
        for item in islice(read, 5 * limit):
            if isinstance(item, RunHeader):
                header = item
            elif isinstance(item, ImportNote):
                notes.append(item.message)
            elif isinstance(item, Skipped):
                problems.append(f"{item.record}: {item.reason}")
            elif not isinstance(item, MarkedSpan):
                items.append(item)
            if len(items) >= limit:
                break
    except InputError as error:
        problems.append(str(error))
    finally:
        read.close()
    return header, items, notes, problems
