"""Parquet: spans as Phoenix exports them, EvalDesk's own traces, or a table with a mapping."""

from collections.abc import Iterator

from evaldesk.domain import interchange
from evaldesk.domain.errors import InputError
from evaldesk.domain.project import Skipped
from evaldesk.importers.canonical import trace_from_json
from evaldesk.importers.contract import ImportOptions, Item, RunHeader
from evaldesk.importers.json_stream import BadJson, loads
from evaldesk.importers.mapped import read_mapped
from evaldesk.importers.openinference_spans import span_from
from evaldesk.importers.parquet_rows import is_parquet, parquet_columns, parquet_rows
from evaldesk.importers.source import Source
from evaldesk.importers.span_groups import Found, traces_in

_SPAN_ID, _TRACE_ID = "context.span_id", "context.trace_id"


class Parquet:
    """A table in one file."""

    name = "parquet"
    title = "Parquet"
    extensions = (".parquet",)
    description = (
        "Spans with columns as Phoenix exports them (context.span_id, attributes.*), with all that "
        "the OpenInference format keeps, annotations and eval columns included; EvalDesk's own "
        "traces, which lose nothing; any other table as CSV is read, with a mapping."
    )
    mapped = True

    def recognises(self, source: Source) -> float:
        """By its first bytes."""
        return 0.95 if is_parquet(source) else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """As spans or own traces where the columns say so and no mapping is given."""
        columns = parquet_columns(source)
        if options.mapping is None and interchange.TRACE_COLUMN in columns:
            return _own_traces(source, options)
        if options.mapping is None and is_spans(columns):
            return traces_in(source, options, lambda whole: _spans(source))
        return read_mapped(source, options)


def is_spans(columns: list[str]) -> bool:
    """Whether the columns are those of a table of spans."""
    there = set(columns)
    return _SPAN_ID in there or {"span_id", "trace_id"} <= there or {"context", "name"} <= there


def _spans(source: Source) -> Iterator[Found]:
    for place, values, _ in parquet_rows(source):
        if isinstance(values, InputError):
            yield values
            continue
        try:
            yield span_from(
                {name: value for name, value in values.items() if value is not None}, place
            )
        except ValueError as error:
            yield source.error(str(error), record=place)


def _own_traces(source: Source, options: ImportOptions) -> Iterator[Item]:
    yield RunHeader()
    for place, values, _ in parquet_rows(source):
        try:
            if isinstance(values, InputError):
                raise values
            text = values.get(interchange.TRACE_COLUMN)
            if not isinstance(text, str):
                raise ValueError(f"The column “{interchange.TRACE_COLUMN}” is empty.")
            yield trace_from_json(loads(text.encode("utf-8", "replace")), place)
        except (BadJson, ValueError) as error:
            if not options.skip_bad:
                raise source.error(f"{error}", record=place) from error
            yield Skipped(place, str(error))
        except InputError as error:
            if not options.skip_bad:
                raise
            yield Skipped(place, f"{error.reason} {error.hint}".strip())
