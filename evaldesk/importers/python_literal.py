"""Lists and dictionaries as Python prints them, which pandas writes into cells of a CSV file.

Read by hand: ``ast`` would compile what it is given, and a hostile cell could exhaust its stack.
"""

import math
import re
from typing import Any

_MAX_LENGTH = 16 << 20
_MAX_DEPTH = 50
_SPACE = re.compile(r"[\s]*")
_STRING = re.compile(r"""'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_NUMBER = re.compile(r"[-+]?(\d+\.?\d*([eE][-+]?\d+)?|\.\d+([eE][-+]?\d+)?)")
_WORDS = {"None": None, "True": True, "False": False, "nan": None, "null": None}
_WORD = re.compile(r"[A-Za-z]+")
_ESCAPE = re.compile(
    r"\\(\n|[\\'\"abfnrtv]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{1,3})"
)
_SIMPLE = {
    "\n": "",
    "\\": "\\",
    "'": "'",
    '"': '"',
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
}
_CLOSING = {"[": "]", "(": ")", "{": "}"}


def parse(text: str) -> Any:
    """The value; tuples become lists.

    Raises:
        ValueError: it is no list, tuple or dictionary of plain values, or beyond the bounds.
    """
    if len(text) > _MAX_LENGTH:
        raise ValueError("too long")
    made, at = _Reader(text).value(0, 0)
    if _skip(text, at) != len(text):
        raise ValueError("something follows")
    return made


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text

    def value(self, at: int, depth: int) -> tuple[Any, int]:
        text = self._text
        at = _skip(text, at)
        mark = text[at : at + 1]
        if mark in ("[", "(", "{"):
            if depth >= _MAX_DEPTH:
                raise ValueError("too deep")
            return self._several(at, depth, mark)
        if mark in ("'", '"'):
            return self._string(at)
        if match := _NUMBER.match(text, at):
            return _number(match[0]), match.end()
        if (match := _WORD.match(text, at)) and match[0] in _WORDS:
            return _WORDS[match[0]], match.end()
        raise ValueError("no plain value")

    def _several(self, at: int, depth: int, opening: str) -> tuple[Any, int]:
        text, closing = self._text, _CLOSING[opening]
        made: Any = {} if opening == "{" else []
        at = _skip(text, at + 1)
        while text[at : at + 1] != closing:
            item, at = self.value(at, depth + 1)
            at = _skip(text, at)
            if opening == "{":
                if text[at : at + 1] != ":" or isinstance(item, dict | list):
                    raise ValueError("no dictionary")
                name = item if isinstance(item, str) else str(item)
                made[name], at = self.value(at + 1, depth + 1)
                at = _skip(text, at)
            else:
                made.append(item)
            if text[at : at + 1] == ",":
                at = _skip(text, at + 1)
            elif text[at : at + 1] != closing and not (
                opening == "[" and text[at : at + 1] in ("'", '"') and isinstance(item, str)
            ):  # numpy prints its arrays without commas
                raise ValueError("not closed")
        return made, at + 1

    def _string(self, at: int) -> tuple[str, int]:
        match = _STRING.match(self._text, at)
        if match is None:
            raise ValueError("text not closed")
        inner = match[1] if match[1] is not None else match[2]
        return _ESCAPE.sub(_unescaped, inner), match.end()


def _unescaped(match: re.Match[str]) -> str:
    said = match[1]
    if said in _SIMPLE:
        return _SIMPLE[said]
    number = int(said[1:], 16) if said[0] in "xuU" else int(said, 8)
    known = number <= 0x10FFFF and not 0xD800 <= number <= 0xDFFF
    return chr(number) if known else "\ufffd"


def _number(text: str) -> Any:
    if re.fullmatch(r"[-+]?\d{1,18}", text):
        return int(text)
    value = float(text)
    return value if math.isfinite(value) else None
