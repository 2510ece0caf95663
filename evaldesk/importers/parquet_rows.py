"""Rows of a Parquet file as plain JSON values, a few at a time (docs/decisions/0015-parquet.md)."""

import base64
import math
from collections.abc import Generator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.importers.cells import MAX_INTEGER
from evaldesk.importers.json_stream import BadJson, check_depth
from evaldesk.importers.source import MAX_RATIO, RATIO_FREE_BYTES, Source

_MAGIC = b"PAR1"
_BATCH_BYTES = 1 << 30
_LEAST_ROWS, _MOST_ROWS = 8, 500
_HINT = "Write it again, or export it as JSON Lines."

ParquetRow = tuple[str, dict[str, Any] | InputError, bytes]
"""Place, values (or why there are none), and bytes that are equal for equal rows."""


def is_parquet(source: Source) -> bool:
    """Whether a file begins as Parquet does."""
    return source.magic()[:4] == _MAGIC


def parquet_columns(source: Source) -> list[str]:
    """The names of the columns.

    Raises:
        InputError: the file is damaged.
    """
    known = source.facts.get("parquet columns")
    if isinstance(known, list):
        return known
    with _Opened(source) as opened:
        names = [str(name) for name in opened.names()]
    source.facts["parquet columns"] = names
    return names


def parquet_rows(source: Source) -> Generator[ParquetRow, None, None]:
    """The rows in the file's order.

    Times become ISO 8601, bytes text or base64, what JSON has no number for nothing; members of
    structures that hold nothing are left out, since all rows share their names.

    Raises:
        InputError: the file is damaged, or holds far more than its size lets expect.
    """
    done = 0
    with _Opened(source) as opened:
        for rows in opened.batches():
            for values in rows:
                done += 1
                place = f"row {done}"
                made = {name: _plain(value) for name, value in values.items()}
                try:
                    check_depth(made)
                except BadJson as error:
                    yield place, source.error(f"It is not readable: {error}.", record=place), b""
                    continue
                yield place, made, canonical_json(made)
            source.advance(done / max(1, opened.rows))


class _Opened:
    """A Parquet file; errors of the library, of any kind, become an `InputError`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._file: Any = None
        self._handle: Any = None
        self.rows = 0

    def __enter__(self) -> "_Opened":
        try:
            import pyarrow.parquet as parquet
        except ImportError as error:
            raise self._source.error(
                "Parquet cannot be read in this installation.", "Install pyarrow."
            ) from error
        where = self._source.seekable()
        self._handle = where if hasattr(where, "close") else None
        try:
            self._file = parquet.ParquetFile(where, pre_buffer=False)
            self.rows = self._file.metadata.num_rows
        except BaseException as error:
            self.__exit__()
            raise self._bad(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()
        if self._handle is not None:
            self._handle.close()

    def names(self) -> list[str]:
        try:
            return list(self._file.schema_arrow.names)
        except Exception as error:
            raise self._bad(error) from error

    def batches(self) -> Generator[list[dict[str, Any]], None, None]:
        out = 0
        try:
            batches = self._file.iter_batches(batch_size=self._rows_at_once(), use_threads=False)
            for batch in batches:
                out += batch.nbytes
                if out > RATIO_FREE_BYTES and out > MAX_RATIO * self._source.size:
                    raise self._source.error(
                        f"The Parquet file unpacks to more than {out >> 20} MB from "
                        f"{self._source.size:,} bytes.",
                        "It looks like a decompression bomb; unpack it by hand if it is not.",
                    )
                ready = _without_twins(_in_microseconds(batch))
                yield ready.to_pylist(maps_as_pydicts="lossy")
        except (InputError, GeneratorExit):
            raise
        except Exception as error:
            raise self._bad(error) from error

    def _rows_at_once(self) -> int:
        """So few that a value as large as a whole group of rows may stand in each of them.

        Asking the library for a column's part of a group would end the program where that part's
        description is damaged: what it throws there, nothing can catch.
        """
        about = self._file.metadata
        sizes = (about.row_group(group).total_byte_size for group in range(about.num_row_groups))
        most = max(1, *sizes, 1)
        return int(min(_MOST_ROWS, max(_LEAST_ROWS, _BATCH_BYTES // most)))

    def _bad(self, error: BaseException) -> BaseException:
        if not isinstance(error, Exception):
            return error
        if isinstance(error, InputError):
            return error
        said = " ".join(str(error).split())[:200].rstrip(".")
        return self._source.error(f"The Parquet file cannot be read ({said}).", _HINT)


def _in_microseconds(batch: Any) -> Any:
    """A batch without nanoseconds, for which pyarrow would import pandas, in over a second."""
    import pyarrow as pa

    def coarser(kind: Any) -> Any:
        if pa.types.is_timestamp(kind) and kind.unit == "ns":
            return pa.timestamp("us", kind.tz)
        if pa.types.is_duration(kind) and kind.unit == "ns":
            return pa.duration("us")
        if pa.types.is_time64(kind) and kind.unit == "ns":
            return pa.time64("us")
        if pa.types.is_struct(kind):
            return pa.struct([field.with_type(coarser(field.type)) for field in kind])
        if pa.types.is_large_list(kind):
            return pa.large_list(coarser(kind.value_type))
        if pa.types.is_list(kind):
            return pa.list_(kind.value_field.with_type(coarser(kind.value_type)))
        return kind

    wanted = pa.schema([field.with_type(coarser(field.type)) for field in batch.schema])
    if wanted.equals(batch.schema):
        return batch
    columns = [
        column if kind == column.type else column.cast(kind, safe=False)
        for column, kind in zip(batch.columns, wanted.types, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=wanted)


def _without_twins(batch: Any) -> Any:
    """A batch whose columns have names of their own: of two, a row could hold but one."""
    names = batch.schema.names
    if len(set(names)) == len(names):
        return batch
    seen: set[str] = set()
    made = []
    for name in names:
        base, number = name, 1
        while name in seen:
            number += 1
            name = f"{base} ({number})"
        seen.add(name)
        made.append(name)
    return batch.rename_columns(made)


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if -MAX_INTEGER <= value <= MAX_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        made = {str(name): _plain(item) for name, item in value.items()}
        return {name: item for name, item in made.items() if item is not None}
    if isinstance(value, datetime | date | time):
        said = value.isoformat()
        return said.replace("+00:00", "Z")
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Decimal):
        return float(value) if value.is_finite() else None
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return base64.b64encode(value).decode("ascii")
    return str(value)
