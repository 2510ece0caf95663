"""What long and wide tables of ratings have in common: cells, repeats, what is missing."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.rating import MarkedSpan, RatingRecord
from evaldesk.domain.wording import counted
from evaldesk.importers import cells, chat
from evaldesk.importers.contract import ImportOptions, RatingItem
from evaldesk.importers.guessing import guess_rating_mapping
from evaldesk.importers.mapping import MISSING, Column, Const, RatingMapping, get_path
from evaldesk.importers.records import Records
from evaldesk.importers.source import Source

NEEDED = ("unit", "rater", "criterion", "value", "values", "raters")
SLOTS_NOTE = (
    "The raters of this file are positions in a list (slot001, slot002 …), not people: the same "
    "position is not the same person in another item. Agreement over all raters holds; agreement "
    "between two named raters means nothing here."
)

Extract = Callable[[dict[str, Any], str], Iterator[RatingRecord | MarkedSpan]]


def table_mapping(source: Source, records: Records, mapping: RatingMapping | None) -> RatingMapping:
    """The mapping given, checked against the columns; or the one guessed.

    Raises:
        InputError: a column is not there, or none could be guessed.
    """
    if mapping is None:
        rows = (values for _, values, _ in records if isinstance(values, dict))
        mapping = guess_rating_mapping(records.columns, records.sample(), rows)
        try:
            mapping.check()
        except InputError as error:
            if fault := records.fault():
                raise fault from error
            shown = ", ".join(records.columns[:12]) or "none"
            raise source.error(
                "It is not clear which columns hold what was rated, by whom, and the answers.",
                f"Give a mapping. The columns are: {shown}.",
            ) from error
    return mapping


class Ledger:
    """Yields ratings, keeps count of what is missing, and refuses a second, different answer."""

    def __init__(self, source: Source, mapping: RatingMapping, options: ImportOptions) -> None:
        self._source = source
        self._options = options
        self._repeats = mapping.repeats
        self._seen: dict[tuple[str, str, str], tuple[Any, str]] = {}
        self._again = 0
        self._later = 0
        self._slots = True
        self.missing = 0
        self.notes: list[str] = []
        words = MISSING if mapping.missing is None else mapping.missing
        self._missing = frozenset(word.strip().lower() for word in words)
        self._recode = mapping.recode

    def value(self, raw: Any) -> str | int | float | None:
        """An answer as the file has it; None where it stands for none.

        Raises:
            ValueError: it is a list or an object.
        """
        if isinstance(raw, dict | list):
            raise ValueError("An answer is a list or an object, not one value.")
        if isinstance(raw, bool):
            raw = "true" if raw else "false"
        if self._recode:
            key = "" if raw is None else str(raw).strip()
            raw = self._recode.get(key, self._recode.get("*", raw))
        if cells.is_missing(raw) or (isinstance(raw, str) and raw.strip().lower() in self._missing):
            self.missing += 1
            return None
        return raw.strip() if isinstance(raw, str) else raw

    def read(self, records: Records, extract: Extract) -> Iterator[RatingItem]:
        """The ratings of all records, then notes.

        Raises:
            InputError: a record is bad and bad ones are not to be skipped.
        """
        with closing(iter(records)) as rows:
            for place, values, _ in rows:
                try:
                    if isinstance(values, InputError):
                        raise values
                    for rating in extract(values, place):
                        # Somebody may mark several spans, a row each, and answer but once.
                        if isinstance(rating, MarkedSpan) or self.accepts(rating):
                            yield rating
                except InputError as error:
                    if not self._options.skip_bad:
                        raise
                    yield Skipped(place, f"{error.reason} {error.hint}".strip())
                except ValueError as error:
                    if not self._options.skip_bad:
                        raise self._source.error(str(error), record=place) from error
                    yield Skipped(place, str(error))
        self.notes.extend(records.notes)
        yield from self.told()

    def accepts(self, rating: RatingRecord) -> bool:
        """Whether a rating is new; False for a repeat.

        Raises:
            InputError: the rater gave another answer before.
        """
        where = (rating.unit, rating.rater, rating.criterion)
        before = self._seen.get(where)
        if before is None:
            self._seen[where] = (rating.value, rating.place)
            self._slots = self._slots and rating.rater.startswith("slot")
            return True
        value, place = before
        if value == rating.value:
            self._again += 1
            return False
        if self._repeats == "first":
            self._later += 1
            return False
        raise self._source.error(
            f"{rating.rater} already rated {rating.unit} on {rating.criterion} as {value} at "
            f"{place}; here as {rating.value}.",
            "Mend the file, or say “repeats”: “first” in the mapping to keep the first answer.",
            record=rating.place,
        )

    def told(self) -> Iterator[ImportNote]:
        """What a person should know."""
        if self._slots and self._seen:
            yield ImportNote(SLOTS_NOTE)
        if self.missing:
            yield ImportNote(
                counted(self.missing, "%1 answer is", "%1 answers are")
                + " missing (empty or NULL) and left out."
            )
        if self._again:
            yield ImportNote(
                counted(self._again, "%1 answer is", "%1 answers are")
                + " there more than once and taken once."
            )
        if self._later:
            yield ImportNote(
                f"{self._later} answers differ from an earlier one of the same rater; the first "
                "was taken."
            )
        yield from (ImportNote(note) for note in self.notes)


def unit_of(values: Mapping[str, Any], columns: tuple[str, ...]) -> str:
    """What was rated; several columns are joined with ``/``.

    Raises:
        ValueError: a column is empty.
    """
    names = []
    for column in columns:
        value = get_path(values, column)
        if cells.is_missing(value):
            raise ValueError(f"The column “{column}”, which says what was rated, is empty.")
        names.append(chat.plain_text(value).strip())
    return "/".join(names)


def text_at(values: Mapping[str, Any], column: Column) -> str:
    """Text of a column, or the constant; empty where there is neither."""
    if isinstance(column, Const):
        return column.value
    return chat.plain_text(get_path(values, column)).strip() if column else ""
