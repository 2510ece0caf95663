"""JSON read piece by piece: one line, one element of an array, one member of an object.

Logs hold what strict JSON does not: ``NaN``, lone surrogates, raw control characters. They are
read: constants become null, half a pair becomes U+FFFD. What nests deeper than any trace does is
refused, because it could not be written again.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from evaldesk.domain.errors import InputError
from evaldesk.importers.source import MAX_RECORD_BYTES, Source

_SPACE = re.compile(r"[ \t\r\n]*")
_HALF_PAIR = re.compile(r"\\u[dD][89abcdefABCDEF]")
# Looking for runs of digits this way takes a twentieth of what a regular expression takes.
_DIGIT_RUNS = bytes(48 if 48 <= byte <= 57 else 45 if byte == 45 else 32 for byte in range(256))
_TWENTY = b"0" * 20
_MINUS_NINETEEN = b"-" + b"0" * 19
_CHUNK = 1 << 18
_NEAR_END = 16
_ROOM = 10
"""Levels that a record still gains inside a trace's body."""


class BadJson(ValueError):
    """Not JSON; the message says why, without a place."""


def loads(data: bytes) -> Any:
    """One JSON value.

    Raises:
        BadJson: it is none, or nests too deep.
    """
    if _holds_long_integer(data):
        value = _loads_lenient(data)
    else:
        try:
            value = orjson.loads(data)
        except orjson.JSONDecodeError as error:
            value = _loads_lenient(data, error)
    if data.count(b"{") + data.count(b"[") > 200:
        check_depth(value)
    return value


def loads_strictly(text: str) -> Any:
    """The value of a text that may be JSON by chance, such as a cell; no leniency.

    Raises:
        ValueError: it is none, or nests too deep.
    """
    data = text.encode()
    value = _STRICT.decode(text) if _holds_long_integer(data) else orjson.loads(data)
    if data.count(b"{") + data.count(b"[") > 200:
        check_depth(value)
    return value


def _holds_long_integer(data: bytes) -> bool:
    """Whether there may be an integer beyond 64 bits, of which orjson makes a float: two ids of an
    order could become one.
    """
    runs = data.translate(_DIGIT_RUNS)
    return _TWENTY in runs or _MINUS_NINETEEN in runs


def _loads_lenient(data: bytes, first: Exception | None = None) -> Any:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadJson(
            f"byte {error.start + 1} (0x{data[error.start]:02X}) is not UTF-8 text"
        ) from error
    try:
        value = _DECODER.decode(text.strip())
    except RecursionError as error:
        raise BadJson("it nests too deep") from error
    except json.JSONDecodeError as error:
        raise BadJson(f"{error.msg} at character {error.pos + 1}") from first
    return _mended(value) if _HALF_PAIR.search(text) else value


class JsonReader:
    """Walks through one JSON document without holding it.

    Attributes:
        eof: whether everything was read from the file.
    """

    def __init__(self, source: Source, *, limit: int = 0) -> None:
        """Opens the file.

        Args:
            limit: stop after that many characters, as if the file ended; 0 for none.
        """
        self._source = source
        self._text = source.open_text()
        self._limit = limit
        self._read = 0
        self._buffer = ""
        self._at = 0
        self._lines = 0
        self.eof = False

    def __enter__(self) -> "JsonReader":
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def peek(self) -> str:
        """The next character that is not white space; empty at the end."""
        while True:
            match = _SPACE.match(self._buffer, self._at)
            assert match is not None  # the pattern matches nothing too
            self._at = match.end()
            if self._at < len(self._buffer):
                return self._buffer[self._at]
            if not self._fill():
                return ""

    def value(self, place: str = "") -> Any:
        """The next value.

        Raises:
            InputError: it is not JSON; names ``place`` and the line.
        """
        if not self.peek():
            raise self._error("The file ends too early.", place)
        value: Any = None
        while True:
            start = self._at
            try:
                value, end = _DECODER.raw_decode(self._buffer, start)
            except RecursionError as error:
                raise self._error("It nests too deep.", place) from error
            except json.JSONDecodeError as error:
                cut = error.msg.startswith("Unterminated string")
                if (cut or error.pos >= len(self._buffer) - _NEAR_END) and self._fill():
                    continue
                if cut or error.pos >= len(self._buffer):
                    raise self._error("The file ends too early.", place) from error
                raise self._error(f"{error.msg}.", place, error.pos) from error
            if end >= len(self._buffer) - _NEAR_END and not self.eof and self._fill():
                continue  # a number may go on, and a cut-off escape look whole
            break
        piece = self._buffer[start:end]
        if piece.count("{") + piece.count("[") > 200:
            try:
                check_depth(value)
            except BadJson as error:
                raise self._error("It nests too deep.", place) from error
        if _HALF_PAIR.search(piece):
            value = _mended(value)
        self._at = end
        return value

    def array(self, name: str = "") -> Iterator[tuple[str, Any]]:
        """Place and value of each element of the array that comes next.

        Args:
            name: what the array is called in places: ``simulations`` gives ``simulations[3]``;
                without one, ``record 4``.
        """
        for place in self.elements(name):
            yield place, self.value(place)

    def elements(self, name: str = "") -> Iterator[str]:
        """The places of the elements of the array that comes next, as `array` names them.

        After each place the caller reads the element with `value`, `array` or `members`.
        """
        self._expect("[", name)
        index = 0
        if self.peek() == "]":
            self._at += 1
            return
        while True:
            place = f"{name}[{index}]" if name else f"record {index + 1}"
            yield place
            index += 1
            mark = self.peek()
            if mark == "]":
                self._at += 1
                return
            if mark != ",":
                self._missing("“,” or “]”", f"after {place}", mark)
            self._at += 1

    def members(self) -> Iterator[str]:
        """The names of the members of the object that comes next.

        After each name the caller reads the member with `value` or `array`.
        """
        self._expect("{", "")
        if self.peek() == "}":
            self._at += 1
            return
        while True:
            if self.peek() != '"':
                self._missing("the name of a member", "", self.peek())
            name = self.value()
            mark = self.peek()
            if mark != ":":
                self._missing("“:”", f"after “{name}”", mark)
            self._at += 1
            yield name
            mark = self.peek()
            if mark == "}":
                self._at += 1
                return
            if mark != ",":
                self._missing("“,” or “}”", f"after “{name}”", mark)
            self._at += 1

    def end(self) -> None:
        """Raises InputError where something follows the document."""
        if self.peek():
            raise self._error("Something follows after the end of the JSON document.", "")

    def _expect(self, mark: str, place: str) -> None:
        seen = self.peek()
        if seen != mark:
            self._missing(f"“{mark}”", place, seen)
        self._at += 1

    def _missing(self, what: str, place: str, seen: str) -> None:
        if not seen:
            raise self._error("The file ends too early.", place)
        raise self._error(f"Expected {what}, found “{seen}”.", place)

    def _fill(self) -> bool:
        """Reads on; False at the end."""
        if self.eof:
            return False
        rest = len(self._buffer) - self._at
        if rest > MAX_RECORD_BYTES:
            raise self._error(f"One record is longer than {MAX_RECORD_BYTES >> 20} MB.", "")
        # As much as there is already: a long record is looked at a few times, not many.
        want = max(_CHUNK, rest)
        if self._limit:
            want = min(want, self._limit - self._read)
        more = self._text.read(want) if want > 0 else ""
        if not more:
            self.eof = True
            return False
        self._lines += self._buffer.count("\n", 0, self._at)
        self._buffer = self._buffer[self._at :] + more
        self._at = 0
        self._read += len(more)
        return True

    def _error(self, reason: str, place: str, at: int | None = None) -> InputError:
        line = self._lines + self._buffer.count("\n", 0, self._at if at is None else at) + 1
        where = f"{place} (line {line})" if place else f"line {line}"
        return self._source.error(reason, "It is expected to be JSON.", record=where)


@dataclass(frozen=True, slots=True)
class Sketch:
    """What the beginning of a file shows.

    Attributes:
        kind: ``object`` one document; ``array``; ``lines`` one object a line; ``other``: no JSON.
        members: of an ``object``: those seen, arrays cut to their first element.
        first: the first element or line, where it is whole.
    """

    kind: Literal["object", "array", "lines", "other"]
    members: dict[str, Any] = field(default_factory=dict)
    first: Any = None


def sketch(source: Source, limit: int = 4 << 20) -> Sketch:
    """What kind of JSON a file is, from its first ``limit`` characters; never raises."""
    known = source.facts.get("sketch")
    if isinstance(known, Sketch):
        return known
    members: dict[str, Any] = {}
    made = Sketch("other")
    try:
        with JsonReader(source, limit=limit) as reader:
            mark = reader.peek()
            if mark == "[":
                made = Sketch("array")
                for _, first in reader.array():
                    made = Sketch("array", first=first)
                    break
            elif mark == "{":
                made = Sketch("object", members)
                for name in reader.members():
                    if reader.peek() == "[":
                        members[name] = []
                        for _, element in reader.array(name):
                            if not members[name]:
                                members[name] = [element]
                    else:
                        members[name] = reader.value()
                if reader.peek():
                    made = Sketch("lines", first=_first_line(source))
    except (InputError, RecursionError):
        if made.kind == "object" and not members and mark == "{":
            made = Sketch("other")
    source.facts["sketch"] = made
    return made


def first_line_is_whole(source: Source) -> bool:
    """Whether the first line is a JSON object by itself."""
    return isinstance(_first_line(source), dict)


def _first_line(source: Source) -> Any:
    for _, line in source.lines():
        try:
            return loads(line)
        except BadJson:
            return None
    return None


def whole_number(text: str) -> Any:
    """The number of a run of digits; the digits themselves where it is beyond 64 bits."""
    if len(text) < 19:
        return int(text)
    if len(text) < 40:
        value = int(text)
        if -(1 << 63) <= value < 1 << 64:
            return value
    # Beyond 64 bits the digits are kept as text: as a number they could not be stored whole.
    return text


def _float(text: str) -> float | None:
    value = float(text)
    return value if value - value == 0 else None


_DECODER = json.JSONDecoder(
    strict=False, parse_constant=lambda _: None, parse_int=whole_number, parse_float=_float
)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


_STRICT = json.JSONDecoder(parse_constant=_refuse, parse_int=whole_number)


def check_depth(value: Any) -> None:
    """Whether a value can be written again as a part of a trace.

    Raises:
        BadJson: it nests too deep.
    """
    wrapped = value
    for _ in range(_ROOM):
        wrapped = [wrapped]
    try:
        orjson.dumps(wrapped)
        return
    except (orjson.JSONEncodeError, RecursionError):
        pass
    # Not depth alone is refused there, so measure.
    level = [value]
    for _ in range(254 - _ROOM):
        level = [
            child
            for item in level
            for child in (
                item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
            )
            if isinstance(child, dict | list)
        ]
        if not level:
            return
    raise BadJson("it nests too deep")


def _mended(value: Any) -> Any:
    """Lone halves of surrogate pairs replaced, everywhere."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_mended(item) for item in value]
    return value
