"""A YAML file that could as well be JSON → the values, within bounds.

YAML 1.2's core schema: plain ``no`` and ``2024-10-04`` are text, as those mean it who write results
as YAML today. Aliases are allowed, since writers make them for what is there twice; what they would
expand to is bounded (``docs/decisions/0016-yaml.md``).
"""

import math
import re
from typing import Any

from evaldesk.domain.errors import InputError
from evaldesk.importers.json_stream import BadJson, check_depth, whole_number
from evaldesk.importers.source import Source

MAX_BYTES = 64 << 20
MAX_VALUES = 5_000_000
"""What a document may hold, aliases counted as often as they stand for something, and a text as
one for each 64 characters.
"""

_WEIGHT = 64
_MAX_DEPTH = 900
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = frozenset(("true", "True", "TRUE"))
_FALSE = frozenset(("false", "False", "FALSE"))
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NO_NUMBER = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_TAG = "tag:yaml.org,2002:"
_TAGS = frozenset(("str", "int", "float", "bool", "null", "map", "seq", "timestamp"))
_FIRST_LINE = re.compile(r"(---\s|[\"']?[\w.-]+[\"']?:(\s|$)|- )")


def may_be_yaml(source: Source) -> bool:
    """Whether a text begins as a YAML document does."""
    for line in source.head(4096).splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return _FIRST_LINE.match(line) is not None
    return False


def load(source: Source) -> Any:
    """The document.

    Raises:
        InputError: it is no YAML, no plain data, or beyond the bounds; names the line.
    """
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    with source.open_utf8() as stream:
        data = stream.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise source.error(
            f"YAML is read up to {MAX_BYTES >> 20} MB.", "Write the results as JSON instead."
        )
    composer = _Composer(source)
    try:
        for event in yaml.parse(data, Loader=loader):
            composer.take(event)
    except (yaml.YAMLError, UnicodeError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f"line {mark.line + 1}" if mark is not None else ""
        reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
        raise source.error(f"It is not YAML: {reason}.", record=place) from error
    if not composer.documents:
        raise source.error("It holds no YAML document.")
    made = composer.documents[0]
    try:
        check_depth(made)
    except BadJson as error:
        raise source.error("It nests too deep.") from error
    return made


class _Open:
    """A list or object that is being read."""

    __slots__ = ("anchor", "begun", "key", "made", "wants_key")

    def __init__(self, made: Any, anchor: str | None, begun: int) -> None:
        self.made = made
        self.anchor = anchor
        self.begun = begun
        self.key: str = ""
        self.wants_key = isinstance(made, dict)


class _Composer:
    """Puts values together from events, without recursion."""

    def __init__(self, source: Source) -> None:
        self.documents: list[Any] = []
        self._source = source
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._values = 0

    def take(self, event: Any) -> None:
        kind = type(event).__name__
        if kind == "ScalarEvent":
            value = self._scalar(event)
            weight = 1 + len(event.value) // _WEIGHT
            self._count(weight, event)
            if event.anchor:
                self._anchors[event.anchor] = (value, weight)
            self._place(value, event)
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            self._tag(event, "map" if kind == "MappingStartEvent" else "seq")
            if len(self._open) >= _MAX_DEPTH:
                raise self._error("It nests too deep.", event)
            self._count(1, event)
            made: Any = {} if kind == "MappingStartEvent" else []
            self._open.append(_Open(made, event.anchor, self._values))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            done = self._open.pop()
            if done.anchor:
                self._anchors[done.anchor] = (done.made, self._values - done.begun + 1)
            self._place(done.made, event)
        elif kind == "AliasEvent":
            self._alias(event)
        elif kind == "DocumentStartEvent" and self.documents:
            raise self._error("It holds more than one YAML document.", event)

    def _alias(self, event: Any) -> None:
        if any(item.anchor == event.anchor for item in self._open):
            raise self._error(f"The alias “{event.anchor}” stands inside of itself.", event)
        found = self._anchors.get(event.anchor)
        if found is None:
            raise self._error(f"The alias “{event.anchor}” stands for nothing.", event)
        value, size = found
        self._count(size, event)
        self._place(value, event)

    def _place(self, value: Any, event: Any) -> None:
        if not self._open:
            self.documents.append(value)
            return
        holder = self._open[-1]
        if isinstance(holder.made, list):
            holder.made.append(value)
        elif holder.wants_key:
            if isinstance(value, dict | list):
                raise self._error("A name is a list or an object.", event)
            holder.key = value if isinstance(value, str) else getattr(event, "value", str(value))
            holder.wants_key = False
        else:
            holder.made[holder.key] = value
            holder.wants_key = True

    def _count(self, values: int, event: Any) -> None:
        self._values += values
        if self._values > MAX_VALUES:
            raise self._error(
                f"It stands for more than {MAX_VALUES:,} values.",
                event,
                "Aliases that multiply are refused; write the results as JSON instead.",
            )

    def _scalar(self, event: Any) -> Any:
        tag = self._tag(event, "")
        text: str = event.value
        if not event.implicit[0] and tag in ("", "str", "timestamp"):
            return text
        if tag == "str":
            return text
        return _plain(text)

    def _tag(self, event: Any, fitting: str) -> str:
        tag: str = event.tag or ""
        if tag in ("", "!"):
            return "str" if tag == "!" else ""
        short = tag.removeprefix(_TAG)
        if short not in _TAGS or (fitting and short != fitting):
            raise self._error(f"It has the tag “{tag}”, which is no plain data.", event)
        return short

    def _error(self, reason: str, event: Any, hint: str = "") -> InputError:
        return self._source.error(reason, hint, record=f"line {event.start_mark.line + 1}")


def _plain(text: str) -> Any:
    """The value of a text without quotes."""
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return whole_number(text)
    if len(text) < 40 and _OCTAL.fullmatch(text):
        return whole_number(str(int(text[2:], 8)))
    if len(text) < 40 and _HEX.fullmatch(text):
        return whole_number(str(int(text[2:], 16)))
    if _FLOAT.fullmatch(text):
        value = float(text)
        return value if math.isfinite(value) else None
    return None if _NO_NUMBER.fullmatch(text) else text
