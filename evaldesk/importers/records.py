"""Files of records with columns: JSON Lines, a JSON array, CSV, TSV, a sheet, Parquet."""

import csv
import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from typing import Any, Literal, TypeAlias, cast

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.importers.json_stream import (
    BadJson,
    JsonReader,
    first_line_is_whole,
    loads,
    sketch,
)
from evaldesk.importers.mapping import column_error, get_path
from evaldesk.importers.parquet_rows import is_parquet, parquet_columns, parquet_rows
from evaldesk.importers.sheets import is_workbook, read_sheet
from evaldesk.importers.source import MAX_RECORD_BYTES, Source

Row: TypeAlias = tuple[str, dict[str, Any] | InputError, bytes]
"""Place, values (or why there are none), and bytes that are equal for equal records."""

Kind = Literal["lines", "array", "object", "csv", "xlsx", "parquet"]

SAMPLE = 200
"""Records that are looked at to know the columns of a file that does not list them."""

_EXPECTED = "Expected: one JSON object a line, a JSON array of objects, CSV, or a workbook."
_DELIMITERS = ",\t;|"
_ZIP = b"PK\x03\x04"


class Records:
    """The records of a file, of whatever kind it is, one at a time and as often as wanted.

    Attributes:
        kind: how they are written.
        columns: names of the columns; for JSON, of the first `SAMPLE` records.
        listed: whether the file lists its columns, so that another one cannot come later.
        notes: what was seen while reading that a person should know.
    """

    def __init__(self, source: Source, *, sheet: str = "") -> None:
        """Looks at the beginning.

        Raises:
            InputError: it is empty, or holds no records.
        """
        self._source = source
        self._sheet = sheet
        self.notes: list[str] = []
        self.kind = table_kind(source)
        if self.kind is None:
            raise source.error("It holds no records.", _EXPECTED)
        self.listed = self.kind in ("csv", "xlsx", "parquet")
        self.columns: list[str] = []
        if self.kind == "parquet":
            self.columns = parquet_columns(source)
        elif self.listed:
            rows = self._header_and_rows()
            self.columns = cast(list[str], next(rows))
            rows.close()
        else:
            seen: dict[str, None] = {}
            for values in self.sample():
                seen.update(dict.fromkeys(values))
            self.columns = list(seen)

    def sample(self, limit: int = SAMPLE) -> list[dict[str, Any]]:
        """The first records that can be read."""
        made: list[dict[str, Any]] = []
        try:
            with closing(iter(self)) as rows:
                for _, values, _ in islice(rows, limit):
                    if isinstance(values, dict):
                        made.append(values)
        except InputError:
            pass  # told when the file is read
        return made

    def fault(self) -> InputError | None:
        """Why the file cannot be read, where that is so: its first bad record, or that it has
        none. Reads on until it finds one.
        """
        any_good = False
        try:
            with closing(iter(self)) as rows:
                for _, values, _ in rows:
                    if isinstance(values, InputError):
                        return values
                    any_good = True
        except InputError as error:
            return error
        return None if any_good else self._source.error("It holds no records.", _EXPECTED)

    def __iter__(self) -> Generator[Row, None, None]:
        if self.kind == "lines":
            return self._lines()
        if self.kind in ("array", "object"):
            return self._elements()
        if self.kind == "parquet":
            return parquet_rows(self._source)
        rows = self._header_and_rows()
        next(rows)
        return cast(Generator[Row, None, None], rows)

    def check(self, named: dict[str, str], needed: Sequence[str] = ()) -> list[str]:
        """Whether the columns of a mapping are there.

        Args:
            named: column → key of the mapping.
            needed: keys whose columns must occur in the first records of JSON.

        Returns:
            Notes on columns that do not occur in the first records, but may later.

        Raises:
            InputError: a column is not there; offers the nearest.
        """
        notes: list[str] = []
        rows = self.sample()
        if not self.listed and not rows:
            return notes
        for column, key in named.items():
            if column in self.columns or any(_has(row, column) for row in rows):
                continue
            if self.listed or key.partition(".")[0] in needed:
                raise column_error(column, key, self._paths(rows), self._source.shown)
            notes.append(
                f"The column “{column}” (mapping key “{key}”) is in none of the first "
                f"{len(rows)} records."
            )
        return notes

    def _paths(self, rows: Sequence[dict[str, Any]]) -> list[str]:
        paths = dict.fromkeys(self.columns)
        for row in rows[:20]:
            for name, value in row.items():
                if isinstance(value, dict):
                    paths.update(dict.fromkeys(f"{name}.{key}" for key in value))
        return list(paths)

    # ------------------------------------------------------------------------------------ JSON

    def _lines(self) -> Generator[Row, None, None]:
        error = self._source.error
        hint = "Each line is expected to be one JSON object."
        for number, line in self._source.lines():
            place = f"line {number}"
            try:
                values = loads(line)
            except BadJson as reason:
                yield place, error(f"It is not JSON: {reason}.", hint, record=place), line
                continue
            if type(values) is dict:
                yield place, values, line
            else:
                yield place, error(f"It is {_kind(values)}.", hint, record=place), line

    def _elements(self) -> Generator[Row, None, None]:
        with JsonReader(self._source) as reader:
            if self.kind == "object":
                yield from self._inside(reader)
            else:
                yield from self._objects(reader, "")
            reader.end()

    def _inside(self, reader: JsonReader) -> Iterator[Row]:
        """The array inside an object of which it is the only one, or the object itself."""
        table = table_member(sketch(self._source).members)
        if not table:
            values = reader.value()
            if isinstance(values, dict):
                yield "record 1", values, canonical_json(values)
            return
        for name in reader.members():
            if name == table and reader.peek() == "[":
                yield from self._objects(reader, name)
            else:
                reader.value()

    def _objects(self, reader: JsonReader, name: str) -> Iterator[Row]:
        for place, values in reader.array(name):
            if isinstance(values, dict):
                yield place, values, canonical_json(values)
            else:
                reason = f"It is {_kind(values)}, not an object with columns."
                yield place, self._source.error(reason, record=place), b""

    # ---------------------------------------------------------------------------------- tables

    def _header_and_rows(self) -> Generator[list[str] | Row, None, None]:
        """The names of the columns, then the rows."""
        cells = self._csv_cells() if self.kind == "csv" else self._sheet_cells()
        header: list[str] | None = None
        short = 0
        for number, row, problem in cells:
            place = f"row {number}"
            if problem:
                if header is None:
                    raise self._source.error(problem, record=place)
                yield place, self._source.error(problem, _CSV_HINT, record=place), b""
                continue
            if not any(cell not in ("", None) for cell in row):
                continue
            if header is None:
                header = _unique_names(row)
                yield header
                continue
            if len(row) > len(header) and any(
                cell not in ("", None) for cell in row[len(header) :]
            ):
                reason = f"It has {len(row)} cells, the header {len(header)}."
                yield place, self._source.error(reason, _CSV_HINT, record=place), b""
                continue
            short += len(row) < len(header)
            values = dict(zip(header, row, strict=False))
            yield place, values, "\x1f".join(map(str, row)).encode("utf-8", "replace")
        if header is None:
            raise self._source.error("It has no header row.", "The first row names the columns.")
        if short:
            note = (
                f"{short} rows have fewer cells than the header; the missing ones are taken as "
                "empty."
            )
            if note not in self.notes:
                self.notes.append(note)

    def _csv_cells(self) -> Iterator[tuple[int, Sequence[Any], str]]:
        csv.field_size_limit(MAX_RECORD_BYTES)
        with self._source.open_text() as text:
            first = text.readline(1 << 20)
            delimiter = guess_delimiter(first)
            quoting: Literal[0, 3] = csv.QUOTE_MINIMAL
            if delimiter == "\t" and not _tsv_is_quoted(self._source):
                quoting = csv.QUOTE_NONE
            rows = csv.reader(
                chain((first,), text), delimiter=delimiter, strict=True, quoting=quoting
            )
            number = 0
            while True:
                number += 1
                try:
                    row = next(rows)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield number, (), f"It cannot be split into cells: {error}."
                    continue
                yield number, row, ""

    def _sheet_cells(self) -> Iterator[tuple[int, Sequence[Any], str]]:
        name, rows = read_sheet(self._source, self._sheet)
        if not self._sheet and name:
            self._sheet = name
        for number, row in enumerate(rows, start=1):
            self._source.advance(number / len(rows))
            yield number, row, ""


_LINES_NAME = re.compile(r"\.(jsonl|ndjson)(\.gz)?$")
_CSV_HINT = "Cells with commas, quotes or line ends must stand in double quotes."


def table_kind(source: Source) -> Kind | None:
    """How a file's records are written; None where it has none."""
    if "table kind" not in source.facts:  # each format asks
        source.facts["table kind"] = _table_kind(source)
    return cast(Kind | None, source.facts["table kind"])


def _table_kind(source: Source) -> Kind | None:
    if source.magic()[:4] == _ZIP:
        return "xlsx" if is_workbook(source) else None
    if is_parquet(source):
        return "parquet"
    seen = sketch(source)
    if seen.kind == "lines":
        return "lines"
    if seen.kind == "array":
        return "array"
    head = source.head().lstrip()
    if _LINES_NAME.search(source.path.name.lower()) and first_line_is_whole(source):
        return "lines"  # a single line is a record or a document; only the name can tell
    if seen.kind == "object" or head.startswith("{"):
        # One object over several lines is a document; on one line it may be the first of many.
        first = head.partition("\n")[0].rstrip()
        rest = head[len(first) :].strip()
        whole = seen.kind == "object" and not (first.endswith("}") and rest.startswith("{"))
        return "object" if whole and seen.members else "lines"
    return "csv" if _looks_like_csv(head) else None


def guess_delimiter(header: str) -> str:
    """The character that splits a header line: the one that stands outside quotes most often."""
    outside = "".join(header.split('"')[::2])
    return max(_DELIMITERS, key=lambda mark: (outside.count(mark), -_DELIMITERS.index(mark)))


def _tsv_is_quoted(source: Source) -> bool:
    """Whether quotes in a tab-separated file mean anything: half of all writers mean none.

    They do where a cell goes on over line ends, or where every cell that begins with a quote is
    wholly quoted.
    """
    counts: set[int] = set()
    whole = True
    for number, line in source.lines():
        cells = line.rstrip(b"\r\n").split(b"\t")
        if number > 1:
            counts.add(len(cells))
        if b'"' in line:
            whole = whole and all(
                _QUOTED.fullmatch(cell) for cell in cells if cell.startswith(b'"')
            )
    return whole or len(counts) > 1


_QUOTED = re.compile(rb'"(?:[^"]|"")*"')


def _unique_names(row: Sequence[Any]) -> list[str]:
    names: list[str] = []
    seen: set[str] = set()
    for index, cell in enumerate(row):
        base = str(cell).strip() if cell not in ("", None) else f"column {index + 1}"
        name, again = base, 1
        while name in seen:
            again += 1
            name = f"{base} ({again})"
        seen.add(name)
        names.append(name)
    return names


def _looks_like_csv(head: str) -> bool:
    first = head.partition("\n")[0]
    printable = sum(1 for mark in head[:2000] if mark >= " " or mark in "\t\r\n")
    if not first.strip() or printable < 0.95 * len(head[:2000]) or first[0] in "{[<":
        return False
    return any(mark in first for mark in _DELIMITERS) or (
        "\n" in head.rstrip() and _LONE_NAME.fullmatch(first.strip()) is not None
    )


_LONE_NAME = re.compile(r"\"?[\w .#-]{1,60}\"?")


def table_member(members: dict[str, Any]) -> str:
    """The one member of a JSON object that is an array of objects; empty where it is not one."""
    arrays = [
        name
        for name, value in members.items()
        if isinstance(value, list) and value and isinstance(value[0], dict)
    ]
    others = sum(isinstance(value, dict | list) for value in members.values())
    return arrays[0] if len(arrays) == 1 and others == 1 else ""


def _has(row: dict[str, Any], column: str) -> bool:
    return column in row or get_path(row, column) is not None


def _kind(value: Any) -> str:
    kinds = {list: "a list", str: "text", bool: "true or false"}
    return kinds.get(type(value), "null" if value is None else "a number")
