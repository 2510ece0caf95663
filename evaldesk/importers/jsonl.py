"""JSON Lines and JSON arrays: EvalDesk's own traces, or records with a mapping."""

from collections.abc import Iterator

from evaldesk.importers.canonical import is_canonical, read_canonical
from evaldesk.importers.contract import ImportOptions, Item
from evaldesk.importers.guessing import guess_trace_mapping
from evaldesk.importers.json_stream import sketch
from evaldesk.importers.mapped import read_mapped
from evaldesk.importers.records import Records, table_kind, table_member
from evaldesk.importers.source import Source


class JsonRecords:
    """One JSON object a record, on lines of their own or in an array."""

    name = "jsonl"
    title = "JSON Lines or JSON array"
    extensions = (".jsonl", ".ndjson", ".json", ".jsonl.gz", ".json.gz")
    description = (
        "One record a trace; a mapping says which field is what, and fields that it does not name "
        "are kept as metadata. EvalDesk's own traces need no mapping and lose nothing."
    )
    mapped = True

    def recognises(self, source: Source) -> float:
        """Any JSON records; surest of EvalDesk's own."""
        seen = sketch(source)
        if seen.kind in ("lines", "array"):
            return 0.95 if is_canonical(seen.first) else 0.4
        if is_canonical(seen.members):
            return 0.95
        kind = table_kind(source)
        if kind == "object" and not table_member(seen.members):
            # One document of some other format: a record only where its own fields say so.
            names = [
                name
                for name, value in seen.members.items()
                if not isinstance(value, dict) and "." not in name
            ]
            guess = guess_trace_mapping(names, [])
            return 0.2 if guess.messages or (guess.input and guess.output) else 0.0
        return 0.3 if kind in ("lines", "object") else 0.0

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """Canonical traces where the first record is one and no mapping is given."""
        if options.mapping is None:
            first = next(iter(Records(source).sample(1)), None)
            if is_canonical(first):
                return read_canonical(source, options)
        return read_mapped(source, options)
