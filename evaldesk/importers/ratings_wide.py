"""Ratings made elsewhere, one row a unit and one column (or a group of columns) a rater."""

from collections.abc import Iterator
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote
from evaldesk.domain.rating import RatingRecord
from evaldesk.domain.wording import counted
from evaldesk.importers import cells, chat
from evaldesk.importers.contract import ImportOptions, RatingItem
from evaldesk.importers.guessing import guess_in_words, guess_rating_mapping
from evaldesk.importers.mapping import OneHot, RatingMapping, get_path
from evaldesk.importers.ratings import NEEDED, Ledger, table_mapping, text_at, unit_of
from evaldesk.importers.records import Records, table_kind
from evaldesk.importers.source import Source

_MARKS = frozenset(("1", "1.0", "true", "yes", "x"))
_BLANKS = frozenset(("0", "0.0", "false", "no", ""))


class WideRatings:
    """A column a rater, or a column a rater and value of which one is marked."""

    name = "ratings-wide"
    title = "Ratings, wide"
    extensions = (".csv", ".tsv", ".csv.gz", ".jsonl", ".json", ".xlsx")
    description = (
        "One row a unit and one column a rater; or, for each rater, one column a value with 0 and "
        "1. Where a cell holds two readings of one rater, the first is taken."
    )
    mapped = True

    def recognises(self, source: Source, mapping: RatingMapping | None = None) -> float:
        """A wide mapping, or columns named after raters."""
        try:
            if table_kind(source) is None:
                return 0.0
            if mapping is not None:
                return 0.8 if mapping.wide else 0.0
            records = Records(source)
            guess = guess_rating_mapping(records.columns, records.sample())
        except InputError:
            return 0.0
        return 0.7 if guess.wide and guess.unit else 0.0

    def read(
        self, source: Source, mapping: RatingMapping | None, options: ImportOptions
    ) -> Iterator[RatingItem]:
        """See `RatingFormat.read`."""
        records = Records(source, sheet=options.sheet)
        chosen = table_mapping(source, records, mapping)
        yield from (ImportNote(note) for note in records.check(chosen.columns(), NEEDED))
        if mapping is None:
            yield ImportNote(guess_in_words(chosen))
        ledger = Ledger(source, chosen, options)
        twice = 0

        def ratings(values: dict[str, Any], place: str) -> Iterator[RatingRecord]:
            nonlocal twice
            unit = unit_of(values, chosen.unit)
            criterion = text_at(values, chosen.criterion)
            if not criterion:
                raise ValueError("The column of criteria is empty.")
            text = text_at(values, chosen.text)
            comment = text_at(values, chosen.comment)
            time = text_at(values, chosen.time)
            for rater, where in chosen.raters.items():
                if isinstance(where, OneHot):
                    raw, again = _marked(values, where, rater)
                    twice += again
                else:
                    raw = get_path(values, where)
                value = ledger.value(raw)
                if value is not None:
                    yield RatingRecord(unit, rater, criterion, value, comment, time, place, text)

        yield from ledger.read(records, ratings)
        if twice:
            yield ImportNote(
                "In "
                + counted(twice, "%1 place", "%1 places")
                + " one rater read the same row twice; the first reading was taken."
            )


def _marked(values: dict[str, Any], where: OneHot, rater: str) -> tuple[str | None, bool]:
    """The value that is marked, and whether the cells hold several readings.

    Raises:
        ValueError: none or several are marked, or a cell is neither 0 nor 1.
    """
    marked: list[str] = []
    filled = again = False
    for value, column in where.columns.items():
        cell = chat.plain_text(get_path(values, column))
        if cells.is_missing(cell):
            continue
        filled = True
        first, comma, _ = cell.partition(",")
        again = again or bool(comma)
        mark = first.strip().lower()
        if mark in _MARKS:
            marked.append(value)
        elif mark not in _BLANKS:
            raise ValueError(f"“{cell[:40]}” in the column “{column}” is neither 0 nor 1.")
    if not filled:
        return None, False
    if len(marked) != 1:
        said = ", ".join(marked) if marked else "none"
        raise ValueError(f"{rater} marked {said}; exactly one value is expected.")
    return marked[0], again
