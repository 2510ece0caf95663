"""JSON data compared key by key: the arguments of a call, what it returned."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from rapidfuzz.distance import Indel

from evaldesk.domain.identifiers import canonical_json

Path = tuple[str | int, ...]
Kind = Literal["changed", "added", "removed", "partly"]

_DEEPEST = 40
"""Below this depth a value is compared as a whole."""
_MOST_ELEMENTS = 2000
"""Longer arrays are compared as a whole."""


class _Missing:
    """No such key, which is not the same as null."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()


@dataclass(frozen=True, slots=True)
class Difference:
    """A value that is not the same everywhere.

    Attributes:
        path: keys and places, such as ``("passengers", 1, "name")``; empty for the whole. A place
            in an array is that in the first value that has it, from 0.
        values: one for each of what was compared; ``MISSING`` where it has none there.
    """

    path: Path
    values: tuple[Any, ...]

    @property
    def kind(self) -> Kind:
        """Of two: changed, added (only in the second) or removed; of more, partly where some
        have it and some not.
        """
        missing = [value is MISSING for value in self.values]
        if not any(missing):
            return "changed"
        if len(missing) == 2:
            return "added" if missing[0] else "removed"
        return "partly"

    @property
    def name(self) -> str:
        """``passengers[1].name``; empty for the whole."""
        text = ""
        for part in self.path:
            text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
        return text


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs, in the order of the keys, and how many values are the same."""

    differences: tuple[Difference, ...]
    same: int


def compare(values: Sequence[Any]) -> Compared:
    """Compare JSON values key by key. Text that holds a JSON object or array counts as it.

    Elements of arrays are put beside each other as steps are: equal ones first, those between by
    their order. The same differences are found in whatever order the values are given.
    """
    walk = _Walk()
    walk.go((), tuple(parsed(value) for value in values), 0)
    return Compared(tuple(walk.found), walk.same)


def parsed(value: Any) -> Any:
    """What a text holds where that is a JSON object or array, else the value itself."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in ("{", "[") and text[-1:] in ("}", "]"):
            try:
                return orjson.loads(text)
            except orjson.JSONDecodeError:
                return value
    return value


class _Walk:
    def __init__(self) -> None:
        self.found: list[Difference] = []
        self.same = 0

    def go(self, path: Path, values: tuple[Any, ...], depth: int) -> None:
        there = [value for value in values if value is not MISSING]
        whole = len(there) == len(values)
        if whole and _equal(there):
            self.same += _leaves(there[0])
        elif whole and depth < _DEEPEST and all(isinstance(value, dict) for value in there):
            for key in dict.fromkeys(str(key) for value in there for key in value):
                inner = tuple(parsed(value.get(key, MISSING)) for value in there)
                self.go((*path, key), inner, depth + 1)
        elif whole and depth < _DEEPEST and all(_short_array(value) for value in there):
            for elements in _beside(there):
                place = next(index for index in elements if index is not None)
                inner = tuple(
                    MISSING if index is None else parsed(value[index])
                    for value, index in zip(there, elements, strict=True)
                )
                self.go((*path, place), inner, depth + 1)
        else:
            self.found.append(Difference(path, values))


def _equal(values: Sequence[Any]) -> bool:
    first = canonical_json(values[0])
    return all(canonical_json(value) == first for value in values[1:])


def _leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_leaves(inner) for inner in value.values()) if value else 1
    if isinstance(value, list):
        return sum(_leaves(inner) for inner in value) if value else 1
    return 1


def _short_array(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= _MOST_ELEMENTS


def _beside(arrays: Sequence[list[Any]]) -> list[tuple[int | None, ...]]:
    """Places of the elements that belong together, one tuple for each."""
    spelled = [[canonical_json(element) for element in array] for array in arrays]
    order = sorted(range(len(arrays)), key=lambda side: (spelled[side], side))
    first = order[0]
    rows: list[dict[int, int]] = [{first: place} for place in range(len(arrays[first]))]
    for side in order[1:]:
        rows = _join(rows, side, spelled)
    # In the order of the first array, what it lacks behind what it stands behind elsewhere.
    return _in_order(rows, len(arrays))


def _join(
    rows: list[dict[int, int]], side: int, spelled: Sequence[list[bytes]]
) -> list[dict[int, int]]:
    shown = [spelled[one][place] for one, place in (next(iter(row.items())) for row in rows)]
    made: list[dict[int, int]] = []
    for step in Indel.opcodes(shown, spelled[side]):
        here, there = rows[step.src_start : step.src_end], range(step.dest_start, step.dest_end)
        if step.tag == "equal":
            made.extend({**row, side: place} for row, place in zip(here, there, strict=True))
        else:
            made.extend(dict(row) for row in here)
            made.extend({side: place} for place in there)
    return _pair_up(made, side)


def _pair_up(rows: list[dict[int, int]], side: int) -> list[dict[int, int]]:
    """Between two equal elements, what only the others have stands beside what only this one has,
    as far as both go.
    """
    made: list[dict[int, int]] = []
    theirs: list[dict[int, int]] = []
    ours: list[dict[int, int]] = []

    def flush() -> None:
        for place in range(max(len(theirs), len(ours))):
            row = {**theirs[place]} if place < len(theirs) else {}
            if place < len(ours):
                row |= ours[place]
            made.append(row)
        theirs.clear()
        ours.clear()

    for row in rows:
        if side in row and len(row) > 1:
            flush()
            made.append(row)
        elif side in row:
            ours.append(row)
        else:
            theirs.append(row)
    flush()
    return made


def _in_order(rows: list[dict[int, int]], count: int) -> list[tuple[int | None, ...]]:
    return [tuple(row.get(side) for side in range(count)) for row in rows]
