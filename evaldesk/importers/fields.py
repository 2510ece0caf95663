"""Members of records that nobody checked: of the right kind, or nothing; never an exception."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from evaldesk.importers import cells
from evaldesk.importers.chat import plain_text
from evaldesk.importers.json_stream import BadJson, loads

EMPTY: tuple[Any, ...] = (None, [], {}, "")
_ROOM = 4
"""How often JSON is looked for inside a JSON string."""


def mapping(value: Any) -> dict[str, Any]:
    """An object; empty where it is none."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """A list; empty where it is none."""
    return value if isinstance(value, list) else []


def mappings(value: Any) -> list[dict[str, Any]]:
    """The objects of a list."""
    return [item for item in sequence(value) if isinstance(item, dict)]


def text(value: Any) -> str:
    """A string or a number as text; empty for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return plain_text(value)


def first_text(*values: Any) -> str:
    """The first of the values that is a string or a number and not empty."""
    return next((found for value in values if (found := text(value))), "")


def amount(value: Any) -> float | None:
    """A finite number of 0 or more, as costs and durations are; also from a string of one."""
    number = finite(value)
    return number if number is not None and number >= 0 else None


def finite(value: Any) -> float | None:
    """A finite number, also from a string of one; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def count(value: Any) -> int | None:
    """A whole number of 0 or more, also from a float or a string of one."""
    if type(value) is int:
        return cells.count(value)
    number = finite(value)
    return cells.count(int(number)) if number is not None and number == int(number) else None


def total(counts: Iterable[Any]) -> int | None:
    """The sum of the counts that there are; None where there is none."""
    found = [number for value in counts if (number := count(value)) is not None]
    return cells.count(sum(found)) if found else None


def moment(value: Any) -> str:
    """A time as ISO 8601; numbers are taken for seconds, milli-, micro- or nanoseconds since
    1970 by their size. Empty where it is no time.
    """
    if isinstance(value, str):
        said = value.strip()
        if len(said) > 10 and said[10] == " ":  # as str(datetime) has it
            said = f"{said[:10]}T{said[11:]}"
        return said
    number = finite(value)
    if number is None or number <= 0:
        return ""
    for power in (0, 3, 6, 9):
        seconds = number / 10**power
        if seconds < 1e11:
            try:
                made = datetime.fromtimestamp(seconds, UTC)
            except (ValueError, OverflowError, OSError):
                return ""
            return made.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return ""


def elapsed_ms(start: Any, end: Any) -> float | None:
    """Milliseconds between two times; None where one is missing or they are the wrong way round."""
    first, last = parsed_moment(start), parsed_moment(end)
    if first is None or last is None or last < first:
        return None
    return round((last - first).total_seconds() * 1000, 3)


def parsed_moment(value: Any) -> datetime | None:
    """A time to reckon with, in UTC where it names no zone; None where it is no time."""
    try:
        made = datetime.fromisoformat(moment(value))
        return (made if made.tzinfo else made.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def rest(record: Mapping[str, Any], taken: Iterable[str]) -> dict[str, Any]:
    """What a record has besides the members taken, without empty ones."""
    known = frozenset(taken)
    return {
        name: value for name, value in record.items() if name not in known and value not in EMPTY
    }


def unwrapped(value: Any) -> Any:
    """A list or object that was written as JSON into a string, perhaps more than once; anything
    else as it is.
    """
    found = value
    for _ in range(_ROOM):
        if not isinstance(found, str):
            return found if isinstance(found, dict | list) else value
        said = found.strip()
        if said[:1] + said[-1:] not in ("{}", "[]", '""'):
            return value
        try:
            found = loads(said.encode("utf-8", "replace"))
        except BadJson:
            return value
    return value
