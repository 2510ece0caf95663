"""One span, whatever file it was in: ids, times in nanoseconds, attributes, events, links."""

import base64
import binascii
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from evaldesk.importers.fields import finite, text

_HEX = re.compile(r"[0-9a-fA-F]+\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = 253_402_300_799 * 10**9
"""The end of the year 9999, in nanoseconds."""

_BASE64_LENGTHS = (24, 12)
"""Of the 16 bytes of a trace's id and the 8 of a span's, as protocol buffers print bytes."""


@dataclass(slots=True)
class SpanEvent:
    """What happened during a span, or a log record that belongs to it.

    Attributes:
        time: nanoseconds since 1970; None where unknown.
        body: of a log record.
    """

    name: str
    time: int | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    body: Any = None


@dataclass(slots=True)
class SpanRecord:
    """One span as its file has it.

    Attributes:
        trace_id, span_id: as text, hexadecimal in small letters where they are bytes.
        parent_id: empty for a root.
        start, end: nanoseconds since 1970; None where unknown.
        status: ``ok``, ``error``, or empty.
        attributes: name → JSON value; the names with dots.
        links: trace and span that it points to.
        resource: attributes of what produced it; shared between spans, not to be changed.
        more: what the file has besides.
        place: where in the file.
        event: the record is no span but an event of the span ``span_id``, from a file of logs.
        carries: it only says what was thought of the one span that it points to.
    """

    trace_id: str
    span_id: str
    parent_id: str = ""
    name: str = ""
    start: int | None = None
    end: int | None = None
    status: str = ""
    error: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    events: list[SpanEvent] = field(default_factory=list)
    links: list[tuple[str, str]] = field(default_factory=list)
    resource: dict[str, Any] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)
    place: str = ""
    event: SpanEvent | None = None
    carries: bool = False

    @property
    def latency_ms(self) -> float | None:
        """Duration in milliseconds; None where unknown or negative."""
        return elapsed(self.start, self.end)


def identifier(value: Any, size: int) -> str:
    """An id as text.

    Args:
        value: hexadecimal digits, base64 (told by its length), a number, or any other text.
        size: bytes that it has where it is a number: 16 for traces, 8 for spans.

    Returns:
        Empty for nothing, and for an id of zeros, which means none.
    """
    if type(value) is str and len(value) == 2 * size and _HEX.match(value):
        return value.lower() if value.strip("0") else ""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return (
            f"{value:0{2 * size}x}" if 0 < value < 1 << (8 * size) else text(value) * (value != 0)
        )
    said = text(value).strip()
    if said.isdecimal() and len(said) > 2 * size:
        # A number beyond 64 bits, whose digits reading kept as text.
        number = int(said[:40])
        return f"{number:0{2 * size}x}" if number < 1 << (8 * size) else said
    if said[:2] in ("0x", "0X"):
        said = said[2:]
    if len(said) in _BASE64_LENGTHS and not _HEX.match(said):
        try:
            raw = base64.b64decode(said, validate=True)
        except (binascii.Error, ValueError):
            return said
        if len(raw) in (8, 16):
            said = raw.hex()
    if _HEX.match(said):
        return said.lower() if said.strip("0") else ""
    return said


def nanoseconds(value: Any) -> int | None:
    """A time in nanoseconds since 1970.

    Args:
        value: a number or digits, taken for seconds to nanoseconds by its size; ISO 8601;
            ``[seconds, nanoseconds]``; or a `datetime`.

    Returns:
        None for what is no time, and for one before 1970 or after the year 9999.
    """
    if isinstance(value, datetime):
        return _of_moment(value)
    if isinstance(value, list):
        if len(value) == 2 and all(type(item) is int for item in value):
            return _within(value[0] * 10**9 + value[1])
        return None
    if type(value) is int:
        return _scaled(value)
    if isinstance(value, str):
        said = value.strip()
        if said.isdecimal() and len(said) < 40:
            return _scaled(int(said))
        try:
            return _of_moment(datetime.fromisoformat(said))
        except (ValueError, OverflowError):
            pass
    number = finite(value)
    if number is None:
        return None
    if number < 1e11:
        return _within(round(number * 1e9))
    return _scaled(int(number))


def iso(time: int | None) -> str:
    """Nanoseconds since 1970 as ISO 8601 in UTC, with microseconds; empty where unknown."""
    if time is None:
        return ""
    seconds, rest = divmod(time, 10**9)
    made = datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest // 1000)
    return made.isoformat().replace("+00:00", "Z")


def elapsed(start: int | None, end: int | None) -> float | None:
    """Milliseconds from one time to another; None where one is missing or they are reversed."""
    if start is None or end is None or end < start:
        return None
    return round((end - start) / 1e6, 3)


def _scaled(number: int) -> int | None:
    if number <= 0:
        return None
    for limit, factor in ((10**11, 10**9), (10**14, 10**6), (10**17, 10**3), (10**20, 1)):
        if number < limit:
            return _within(number * factor)
    return None


def _of_moment(moment: datetime) -> int | None:
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    try:
        passed = moment - _EPOCH
    except OverflowError:
        return None
    whole = (passed.days * 86_400 + passed.seconds) * 10**6 + passed.microseconds
    return _within(whole * 1000)


def _within(time: int) -> int | None:
    return time if 0 < time <= _LAST else None
