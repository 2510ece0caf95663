"""Ratings that EvalDesk itself wrote as a table: every answer comes back as what it was."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

import orjson

from evaldesk.domain.errors import InputError
from evaldesk.domain.highlight import read_highlight
from evaldesk.domain.project import Skipped
from evaldesk.domain.rating import MarkedSpan, RatingRecord
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, CannotJudge
from evaldesk.importers.contract import ImportOptions, RatingItem
from evaldesk.importers.mapping import RatingMapping
from evaldesk.importers.ratings import text_at
from evaldesk.importers.records import Records, table_kind
from evaldesk.importers.source import Source

_COLUMNS = frozenset(
    ("trace", "rubric", "kind", "criterion", "rater", "value", "label", "comment", "answered_at",
     "submitted")
)  # fmt: skip
_FIELDS = {"comment": COMMENT, "failure mode": FAILURE_MODES, "severity": SEVERITY}
HIGHLIGHT = "highlight"
_CANNOT_JUDGE = "cannot judge"
_STARTERS = ("=", "+", "-", "@", "\t", "\r")
"""What the exporter puts an apostrophe before, so that no spreadsheet runs it."""


class ExportedRatings:
    """What ``ratings-csv`` and ``ratings-parquet`` write."""

    name = "ratings-exported"
    title = "Ratings as EvalDesk exports them"
    extensions = (".csv", ".csv.gz", ".parquet")
    description = (
        "Answers, answers of several points, who cannot judge, comments, failure modes, "
        "severities, and what was not submitted yet."
    )
    mapped = False

    def recognises(self, source: Source, mapping: RatingMapping | None = None) -> float:
        """The columns that EvalDesk writes, unless a mapping says what they are."""
        try:
            if mapping is not None or table_kind(source) not in ("csv", "parquet"):
                return 0.0
            return 0.97 if set(Records(source).columns) >= _COLUMNS else 0.0
        except InputError:
            return 0.0

    def read(
        self, source: Source, mapping: RatingMapping | None, options: ImportOptions
    ) -> Iterator[RatingItem]:
        """See `RatingFormat.read`. Rows of one answer of several points stand together."""
        records = Records(source)
        escaped = records.kind == "csv"

        def rows() -> Iterator[tuple[tuple[str, ...], str, dict[str, Any] | InputError]]:
            for place, values, _ in records:
                if isinstance(values, InputError):
                    yield ("", place), place, values
                    continue
                if escaped:
                    values = {name: bare(value) for name, value in values.items()}
                key = tuple(
                    text_at(values, name)
                    for name in ("trace", "rubric", "rater", "kind", "criterion")
                )
                yield key, place, values

        for _, group in groupby(rows(), key=lambda row: row[0]):
            found = list(group)
            place, first = found[0][1], found[0][2]
            try:
                if isinstance(first, InputError):
                    raise first
                if found[0][0][3] == HIGHLIGHT:
                    for _, place, values in found:
                        assert not isinstance(values, InputError)
                        yield _highlight(values, place)
                    continue
                given = [values for _, _, values in found if not isinstance(values, InputError)]
                yield _rating(given, place)
            except InputError as error:
                if not options.skip_bad:
                    raise
                yield Skipped(place, f"{error.reason} {error.hint}".strip())
            except ValueError as error:
                if not options.skip_bad:
                    raise source.error(str(error), record=place) from error
                yield Skipped(place, str(error))


def _rating(rows: list[dict[str, Any]], place: str) -> RatingRecord:
    first = rows[0]
    kind = text_at(first, "kind") or "answer"
    field = _FIELDS.get(kind, text_at(first, "criterion"))
    unit, rater = text_at(first, "trace"), text_at(first, "rater")
    for name, text in (("trace", unit), ("rater", rater), ("criterion", field)):
        if not text:
            raise ValueError(f"The column “{name}” is empty.")
    comment = text_at(first, "comment")
    values: list[Any] = [_plain(row.get("value")) for row in rows]
    value: Any = values if len(values) > 1 or field == FAILURE_MODES else values[0]
    if field == COMMENT:
        value, comment = comment, ""
    elif text_at(first, "label") == _CANNOT_JUDGE and values == [None]:
        value, comment = CannotJudge(comment), ""
    if value in (None, "") or (isinstance(value, list) and None in value):
        raise ValueError("The answer is empty.")
    return RatingRecord(
        unit,
        rater,
        field,
        value,
        comment,
        text_at(first, "answered_at"),
        place,
        rubric=text_at(first, "rubric"),
        submitted=text_at(first, "submitted") == "yes",
    )


def _highlight(row: dict[str, Any], place: str) -> MarkedSpan:
    try:
        whole = read_highlight(orjson.loads(text_at(row, HIGHLIGHT)))
    except orjson.JSONDecodeError as error:
        raise ValueError("The column “highlight” holds no JSON.") from error
    return MarkedSpan(
        text_at(row, "trace"), whole.author, whole.anchor.quote,
        place=place, rubric=whole.rubric, whole=whole,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    return None if value == "" else value


def bare(value: Any) -> Any:
    """A cell without the apostrophe that keeps a spreadsheet from running it."""
    if isinstance(value, str) and value[:1] == "'":
        rest = value.lstrip("'").lstrip(" ")
        return value[1:] if rest.startswith(_STARTERS) else value
    return value
