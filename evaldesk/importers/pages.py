"""Records of a provider's interface, also where a file holds pages that list them."""

from collections.abc import Iterator

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.importers.json_stream import JsonReader, sketch
from evaldesk.importers.record_loop import documents
from evaldesk.importers.records import Row, table_kind
from evaldesk.importers.source import Source


def paged(source: Source, name: str = "data") -> Iterator[Row]:
    """Records of a file; of an object that lists them, ``{"object": "list", "data": […]}``, the
    list's elements one by one.

    Args:
        name: of the list.
    """
    members = sketch(source).members
    if table_kind(source) == "object" and isinstance(members.get(name), list):
        with JsonReader(source) as reader:
            for member in reader.members():
                if member == name and reader.peek() == "[":
                    for place, value in reader.array(name):
                        yield _row(value, place, source)
                else:
                    reader.value(member)
            reader.end()
        return
    for place, record, raw in documents(source):
        if not isinstance(record, InputError) and record.get("object") == "list":
            listed = record.get(name)
            if isinstance(listed, list):
                for index, item in enumerate(listed):
                    yield _row(item, f"{place} {name}[{index}]", source)
                continue
        yield place, record, raw


def _row(item: object, place: str, source: Source) -> Row:
    if isinstance(item, dict):
        return place, item, canonical_json(item)
    return place, source.error("It is not an object.", record=place), b""
