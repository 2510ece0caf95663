"""The filter language: ``run = "a" and latency_ms > 2000 and slice.language in ("de", "fr")``.

Grammar::

    filter  = any ;
    any     = every { "or" every } ;
    every   = unit { "and" unit } ;
    unit    = "not" unit | "(" any ")" | test ;
    test    = name ( "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains" ) value
            | name [ "not" ] "in" "(" value { "," value } ")"
            | name "exists"
            | flag
            | function "(" value { "," value } ")" ;
    name    = word | "text" | word"." "text" ;
    flag    = "has_error" | "rated" | "unrated" | "disagreement" | "bookmarked" | "noted" ;
    function = "differs" | "similar" ;
    value   = number | "text" | 'text' | word | true | false ;

Names are checked where the project's scores and slices are known: when the filter is used.
"""

import math
import re
from dataclasses import dataclass

from evaldesk.domain.errors import UsageError
from evaldesk.domain.query import (
    FLAG_FIELDS,
    FUNCTIONS,
    PREFIXES,
    AnyOf,
    Comparison,
    Every,
    Filter,
    Not,
    Operator,
)

_TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
      | (?P<operator>!=|<=|>=|==|=|<|>)
      | (?P<mark>[(),])
      | (?P<word>[^\s()=!<>,"']+)
    )""",
    re.VERBOSE,
)
_SIGNS: dict[str, Operator] = {
    "=": "=",
    "==": "=",
    "!=": "!=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_RESERVED = frozenset({"and", "or", "not", "in", "exists", "contains"})
MAX_DEPTH = 100


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(text: str) -> Filter | None:
    """Read a filter.

    Returns:
        None for an empty text.

    Raises:
        UsageError: says where the text stops making sense and what was expected there.
    """
    tokens = _tokens(text)
    if not tokens:
        return None
    parser = _Parser(text, tokens)
    found = parser.any(0)
    parser.end()
    return found


def _tokens(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    at = 0
    while at < len(text):
        if text[at:].isspace():
            break
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _error(text, at, "a text that is closed with the quote it began with")
        kind = match.lastgroup
        tokens.append(_Token(kind, match.group(kind), match.start(kind)))
        at = match.end()
    return tokens


def _error(text: str, at: int, expected: str) -> UsageError:
    before = text[:at].rstrip()
    where = f"after “{before[-30:]}”" if before else "at its beginning"
    return UsageError(f"The filter does not make sense {where}.", f"Expected {expected}.")


class _Parser:
    def __init__(self, text: str, tokens: list[_Token]) -> None:
        self._text = text
        self._tokens = tokens
        self._next = 0

    def _peek(self) -> _Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def _word(self, *words: str) -> bool:
        token = self._peek()
        if token is not None and token.kind == "word" and token.text.lower() in words:
            self._next += 1
            return True
        return False

    def _mark(self, mark: str) -> bool:
        token = self._peek()
        if token is not None and token.kind == "mark" and token.text == mark:
            self._next += 1
            return True
        return False

    def _fail(self, expected: str) -> UsageError:
        token = self._peek()
        return _error(self._text, token.at if token else len(self._text), expected)

    def any(self, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise UsageError("The filter is nested too deep.", f"Up to {MAX_DEPTH} levels work.")
        items = [self._every(depth)]
        while self._word("or"):
            items.append(self._every(depth))
        return items[0] if len(items) == 1 else AnyOf(tuple(items))

    def _every(self, depth: int) -> Filter:
        items = [self._unit(depth)]
        while self._word("and"):
            items.append(self._unit(depth))
        return items[0] if len(items) == 1 else Every(tuple(items))

    def _unit(self, depth: int) -> Filter:
        if depth > MAX_DEPTH:
            raise UsageError("The filter is nested too deep.", f"Up to {MAX_DEPTH} levels work.")
        if self._word("not"):
            return Not(self._unit(depth + 1))
        if self._mark("("):
            inner = self.any(depth + 1)
            if not self._mark(")"):
                raise self._fail("a closing bracket, or “and” or “or”")
            return inner
        return self._test()

    def _test(self) -> Filter:
        token = self._peek()
        if token is None or token.kind not in ("word", "text") or self._reserved(token):
            raise self._fail("the name of a field, such as run or score.pass")
        self._next += 1
        name = _unquoted(token)
        following = self._peek()
        if following is not None and following.kind == "text" and self._prefixed(token, following):
            self._next += 1  # score."two words", as well as "score.two words"
            name += _unquoted(following)
            following = self._peek()
        if token.text in FUNCTIONS and following is not None and following.text == "(":
            return Comparison(name, "in", self._values())
        if token.text in FLAG_FIELDS and self._stands_alone(following):
            return Comparison(name, "exists")
        if self._word("exists"):
            return Comparison(name, "exists")
        if self._word("contains"):
            return Comparison(name, "contains", (self._value(),))
        if self._word("in"):
            return Comparison(name, "in", self._values())
        if self._word("not"):
            if not self._word("in"):
                raise self._fail("“in” after “not”")
            return Comparison(name, "not in", self._values())
        sign = self._peek()
        if sign is None or sign.kind != "operator":
            wanted = "= != < <= > >= in, contains or exists"
            if token.kind == "word" and token.text.partition(".")[0] in PREFIXES:
                wanted += "; a name with spaces or commas stands in quotes"
            raise self._fail(wanted)
        self._next += 1
        return Comparison(name, _SIGNS[sign.text], (self._value(),))

    @staticmethod
    def _prefixed(token: _Token, following: _Token) -> bool:
        """Whether a quoted name follows its ``score.`` without a space."""
        begun = token.kind == "word" and token.text.endswith(".")
        return begun and token.text[:-1] in PREFIXES and following.at == token.at + len(token.text)

    @staticmethod
    def _stands_alone(following: _Token | None) -> bool:
        """Whether a flag is not compared with anything."""
        return (
            following is None
            or following.text == ")"
            or (following.kind == "word" and following.text.lower() in ("and", "or"))
        )

    @staticmethod
    def _reserved(token: _Token) -> bool:
        return token.kind == "word" and token.text.lower() in _RESERVED

    def _values(self) -> tuple[str | float, ...]:
        if not self._mark("("):
            raise self._fail("an opening bracket with values")
        values = [self._value()]
        while self._mark(","):
            values.append(self._value())
        if not self._mark(")"):
            raise self._fail("a comma or a closing bracket")
        return tuple(values)

    def _value(self) -> str | float:
        token = self._peek()
        if token is None or token.kind not in ("word", "text"):
            raise self._fail("a value: a number or a text in quotes")
        self._next += 1
        if token.kind == "text":
            return _unquoted(token)
        lowered = token.text.lower()
        if lowered in ("true", "false"):
            return 1.0 if lowered == "true" else 0.0
        try:
            number = float(token.text)
        except ValueError:
            return token.text
        return number if math.isfinite(number) else token.text

    def end(self) -> None:
        if self._peek() is not None:
            raise self._fail("“and”, “or” or the end")


def mended(text: str, wrong: str, right: str) -> str:
    """A filter with one name or value in place of another, wherever it stands by itself or behind
    ``score.`` and the like. The text as it is where it stands nowhere.

    Raises:
        UsageError: a quote is not closed.
    """
    pieces, at = [], 0
    for token in _tokens(text):
        said = _unquoted(token)
        kind, _, rest = said.partition(".")
        if token.kind not in ("word", "text"):
            continue
        if said == wrong:
            put = right
        elif rest == wrong and kind in PREFIXES:
            put = f"{kind}.{right}"
        else:
            continue
        pieces += [text[at : token.at], put if _bare(put) else _quoted(put)]
        at = token.at + len(token.text)
    return "".join([*pieces, text[at:]])


def _unquoted(token: _Token) -> str:
    if token.kind != "text":
        return token.text
    return re.sub(r"\\(.)", r"\1", token.text[1:-1])


def write(where: Filter | None) -> str:
    """A filter in words that `parse` reads back as the same filter; empty for none."""
    if where is None:
        return ""
    if isinstance(where, Not):
        return f"not {_bracketed(where.item)}"
    if isinstance(where, Every | AnyOf):
        word = " and " if isinstance(where, Every) else " or "
        return word.join(_bracketed(item) for item in where.items)
    name = where.name if _bare(where.name) else _quoted(where.name)
    if where.operator == "exists":
        return name if where.name in FLAG_FIELDS else f"{name} exists"
    if where.operator in ("in", "not in"):
        values = ", ".join(map(_value, where.values))
        if where.operator == "in" and where.name in FUNCTIONS:
            return f"{name}({values})"
        return f"{name} {where.operator} ({values})"
    return f"{name} {where.operator} {_value(where.values[0])}"


def _bracketed(item: Filter) -> str:
    return f"({write(item)})" if isinstance(item, Every | AnyOf) else write(item)


def _bare(name: str) -> bool:
    match = _TOKEN.fullmatch(name)
    if match is None or match.lastgroup != "word" or match.group("word") != name:
        return False
    return name.lower() not in _RESERVED


def _value(value: str | float) -> str:
    if isinstance(value, str):
        return _quoted(value)
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(value)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
