"""Spans whose offsets cannot be believed: found by their text, the offsets only a hint."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from evaldesk.domain.rating import MarkedSpan
from evaldesk.importers import cells
from evaldesk.importers.mapping import get_path

Convention = Literal[
    "one-based exclusive", "one-based inclusive", "zero-based", "elsewhere", "none"
]


@dataclass(frozen=True, slots=True)
class Located:
    """Where a span lies.

    Attributes:
        start: 0-based offset of its first character; -1 where it was not found.
        end: behind its last character.
        convention: how the source's offsets count where they fit; ``elsewhere`` where the text
            was found but not at the offsets; ``none`` where it was not found.
    """

    start: int
    end: int
    convention: Convention


def locate_span(text: str, span: str, start: int, end: int) -> Located:
    """Finds ``span`` in ``text``.

    Published annotations mix conventions within one file: most count from 1 with an exclusive
    end, some with an inclusive one, some from 0. A convention is matched where the cut that it
    gives is the span; they are tried in this order.

    Args:
        text: what was annotated.
        span: the text of the span.
        start: the source's offset, of unknown convention.
        end: the source's end, of unknown convention.

    Returns:
        The place; where several occurrences exist and no convention fits, the one nearest to the
        hint.
    """
    if not span.strip():
        return Located(-1, -1, "none")
    tries: tuple[tuple[int, int, Convention], ...] = (
        (start - 1, end - 1, "one-based exclusive"),
        (start - 1, end, "one-based inclusive"),
        (start, end, "zero-based"),
    )
    for first, last, convention in tries:
        if first >= 0 and text[first:last] == span:
            return Located(first, last, convention)
    wanted = span
    found = _nearest(text, wanted, start - 1)
    if found < 0:
        wanted = span.strip()
        found = _nearest(text, wanted, start - 1)
    lowered = text.lower()
    if found < 0 and len(lowered) == len(text):
        found = _nearest(lowered, wanted.lower(), start - 1)
    if found < 0:
        return Located(-1, -1, "none")
    return Located(found, found + len(wanted), "elsewhere")


def _nearest(text: str, wanted: str, hint: int) -> int:
    best = -1
    at = text.find(wanted)
    while at >= 0:
        if best < 0 or abs(at - hint) < abs(best - hint):
            best = at
        at = text.find(wanted, at + 1)
    return best


_SAID: dict[Convention, str] = {
    "one-based exclusive": "count from 1 and end behind the last character",
    "one-based inclusive": "count from 1 and end on the last character",
    "zero-based": "count from 0",
    "elsewhere": "do not fit; the words were found elsewhere in the text",
    "none": "do not fit, and the words are not in the text",
}


class Marks:
    """Finds the marked words of a file of ratings, and keeps count of how its offsets count."""

    def __init__(self, columns: Mapping[str, str]) -> None:
        self._columns = columns
        self.counts: Counter[Convention] = Counter()

    def of_row(
        self,
        values: Mapping[str, Any],
        column: str,
        *,
        unit: str,
        rater: str,
        criterion: str,
        given: str,
        time: str,
        place: str,
    ) -> MarkedSpan | None:
        """What a row marks; None where it marks nothing.

        Args:
            column: that holds the text, which is taken with every space: offsets count them.
            given: the answer as the file has it, which says what was marked where no column does.
        """
        text = str(get_path(values, column) or "")
        marked = get_path(values, self._columns["span"])
        if cells.is_missing(marked) or str(marked).strip().upper() in ("", "NULL"):
            return None
        start = _offset(get_path(values, self._columns["start"]))
        end = _offset(get_path(values, self._columns["end"]))
        found = locate_span(text, str(marked), start, end)
        self.counts[found.convention] += 1
        label = given
        if "label" in self._columns:
            label = str(get_path(values, self._columns["label"]) or "").strip()
        if cells.is_missing(label) or label.upper() == "NULL":
            label = criterion
        return MarkedSpan(
            unit=unit,
            rater=rater,
            quote=text[found.start : found.end] if found.start >= 0 else str(marked),
            text=text,
            start=found.start,
            end=found.end,
            label=label,
            criterion=criterion,
            time=time,
            place=place,
        )

    def told(self) -> str:
        """What a person should know of the offsets."""
        total = sum(self.counts.values())
        kinds = [
            f"{self.counts[kind]:,} {said}" for kind, said in _SAID.items() if self.counts[kind]
        ]
        mixed = (
            sum(
                1
                for kind in ("one-based exclusive", "one-based inclusive", "zero-based")
                if self.counts[kind]
            )
            > 1
        )
        return (
            f"{total:,} spans are marked. "
            + ("Their offsets mix conventions: " if mixed else "Of their offsets ")
            + "; ".join(kinds)
            + ". Each span was located by its words, the offsets only a hint."
        )


def _offset(value: Any) -> int:
    try:
        found = cells.whole_number(value)
    except ValueError:
        found = None
    return -1 if found is None else found
