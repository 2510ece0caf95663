"""Ratings made elsewhere, one row an answer (or one row a rater with several answers)."""

from collections.abc import Iterator
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import ImportNote
from evaldesk.domain.rating import MarkedSpan, RatingRecord
from evaldesk.importers.contract import ImportOptions, RatingItem
from evaldesk.importers.guessing import guess_in_words, guess_rating_mapping
from evaldesk.importers.mapping import RatingMapping, get_path
from evaldesk.importers.ratings import NEEDED, Ledger, table_mapping, text_at, unit_of
from evaldesk.importers.records import Records, table_kind
from evaldesk.importers.source import Source
from evaldesk.importers.spans import Marks


class LongRatings:
    """Columns for what was rated, by whom, on what, and the answer."""

    name = "ratings-long"
    title = "Ratings, long"
    extensions = (".csv", ".tsv", ".csv.gz", ".jsonl", ".json", ".xlsx")
    description = "One row an answer: unit, rater, criterion, value; comment and time where given."
    mapped = True

    def recognises(self, source: Source, mapping: RatingMapping | None = None) -> float:
        """A long mapping, or columns that look like one."""
        try:
            if table_kind(source) is None:
                return 0.0
            if mapping is not None:
                return 0.0 if mapping.wide else 0.8
            records = Records(source)
            guess = guess_rating_mapping(records.columns, records.sample())
        except InputError:
            return 0.0
        if guess.wide or not guess.unit:
            return 0.0
        return 0.6 if guess.rater and guess.value else 0.0

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
        marks = Marks(chosen.span) if chosen.span else None

        def ratings(values: dict[str, Any], place: str) -> Iterator[RatingRecord | MarkedSpan]:
            unit = unit_of(values, chosen.unit)
            rater = text_at(values, chosen.rater)
            if not rater:
                raise ValueError("The column of raters is empty.")
            comment = text_at(values, chosen.comment)
            time = text_at(values, chosen.time)
            text = text_at(values, chosen.text)
            answers = (
                chosen.values.items()
                if chosen.values
                else ((text_at(values, chosen.criterion), chosen.value),)
            )
            for criterion, column in answers:
                if not criterion:
                    raise ValueError("The column of criteria is empty.")
                value = ledger.value(get_path(values, column))
                if value is not None:
                    yield RatingRecord(unit, rater, criterion, value, comment, time, place, text)
                if marks is not None:
                    marked = marks.of_row(
                        values,
                        chosen.text,
                        unit=unit,
                        rater=rater,
                        criterion=criterion,
                        given=text_at(values, column),
                        time=time,
                        place=place,
                    )
                    if marked is not None:
                        yield marked

        yield from ledger.read(records, ratings)
        if marks is not None:
            yield ImportNote(marks.told())
