"""The loop over a file's records: places, what is skipped, what is there twice, trial numbers."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from hashlib import blake2b
from typing import Any, cast

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.domain.wording import counted
from evaldesk.importers.contract import ImportOptions, Item
from evaldesk.importers.json_stream import JsonReader, sketch
from evaldesk.importers.records import Records, Row, table_kind
from evaldesk.importers.source import Source
from evaldesk.importers.trials import TrialNumbers

_GLANCE = 1 << 20
"""Characters of a single object that are read to know what it is."""

Builder = Callable[[dict[str, Any], str], TraceRecord | Scenario]


class Loop:
    """Builds a trace of each record, all or nothing, or with what is bad left out."""

    def __init__(self, source: Source, options: ImportOptions, *, once: bool = False) -> None:
        """Prepares.

        Args:
            once: whether a record that is there again, word for word, is the same trace and not
                another trial; so where records have ids of their own.
        """
        self._source = source
        self._skip_bad = options.skip_bad
        self._trials = options.trials or TrialNumbers()
        self._once = once
        self._again = 0

    def over(self, build: Builder, rows: Iterable[Row] | None = None) -> Iterator[Item]:
        """The traces of the records, then notes.

        Args:
            build: raises ValueError for a record that is not what it should be.
            rows: the file's `documents` where None.

        Raises:
            InputError: a record cannot be read, unless what is bad is skipped; or none is there.
        """
        place = ""
        with closing(_iterated(documents(self._source) if rows is None else rows)) as given:
            for place, record, raw in given:
                yield from self.one(build, place, record, raw)
        if not place:
            raise self._source.error("It holds no records.", "Check that it is the file you meant.")
        yield from self.notes()

    def one(
        self,
        build: Builder,
        place: str,
        record: dict[str, Any] | InputError,
        raw: bytes,
        part: str = "",
    ) -> Iterator[Item]:
        """The trace of one record, what was skipped, or nothing where it is there again.

        Args:
            part: of the file, where it holds several runs.
        """
        try:
            if isinstance(record, InputError):
                raise record
            if self._once and self._trials.was_seen(raw):
                self._again += 1
                return
            made = build(record, place)
        except InputError as error:
            if not self._skip_bad:
                raise
            yield Skipped(place, f"{error.reason} {error.hint}".strip())
            return
        except ValueError as error:
            if not self._skip_bad:
                raise self._source.error(str(error), record=place) from error
            yield Skipped(place, str(error))
            return
        if isinstance(made, TraceRecord):
            made = self._trials.number(made, part)
        yield made

    def notes(self) -> Iterator[Item]:
        """What was seen that a person should know."""
        if self._again:
            yield ImportNote(
                counted(self._again, "%1 record is", "%1 records are")
                + " word for word there twice and taken once."
            )
        yield from self._trials.notes()


def first_document(source: Source) -> dict[str, Any]:
    """The first record, for detection. Of one that is too long to be read for that, what its
    beginning shows, with arrays cut to their first element; empty where there is none.
    """
    known = source.facts.get("first_document")
    if known is None:
        seen = sketch(source)
        known = seen.members if seen.kind == "object" else seen.first
        if seen.kind == "object":
            try:
                with JsonReader(source, limit=_GLANCE) as reader:
                    known = reader.value()
            except (InputError, RecursionError):
                pass  # the sketch has what can be read
        known = known if isinstance(known, dict) else {}
        source.facts["first_document"] = known
    return cast(dict[str, Any], known)


def documents(source: Source) -> Iterator[Row]:
    """The objects of a file: one on each line, the elements of an array, or one that is all.

    Other than `Records`, it never takes an array inside a single object for the records.
    """
    if table_kind(source) != "object":
        yield from Records(source)
        return
    with JsonReader(source) as reader:
        value = reader.value("record 1")
        reader.end()
    yield "record 1", value, canonical_json(value)


def digest(value: Any) -> bytes:
    """16 bytes that are equal for equal JSON data."""
    return blake2b(canonical_json(value), digest_size=16).digest()


def _iterated(rows: Iterable[Row]) -> Any:
    made = iter(rows)
    return made if hasattr(made, "close") else (row for row in made)
