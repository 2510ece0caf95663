"""What could stand where a filter ends, for completion while typing."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from evaldesk.domain.query import (
    DATE_FIELDS,
    DIFFERENCES,
    FLAG_FIELDS,
    FUNCTIONS,
    ME,
    NUMBER_FIELDS,
    STATUSES,
    TEXT_FIELDS,
)

Values = Mapping[str, Sequence[tuple[str, int]]]
"""Field → its values with how many traces have them; 0 where nobody counted."""

_TOKEN = re.compile(
    r"""\s*(?:(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<operator>!=|<=|>=|==|=|<|>)"""
    r"""|(?P<mark>[(),])|(?P<word>[^\s()=!<>,"']+))"""
)
_BEGUN = re.compile(r"""(?P<open>["'])?(?P<word>(?(open)(?:(?!(?P=open)).)*|[^\s()=!<>,"']*))$""")
_PLAIN = re.compile(r"""[^\s()=!<>,"']+""")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something that could stand there.

    Attributes:
        text: what is put in place of the word that was begun; values are quoted where they must.
        kind: a field, a value of one, an operator, or a word that joins tests.
        count: traces that have the value; 0 where nobody counted.
    """

    text: str
    kind: Literal["field", "value", "operator", "join"]
    count: int = 0


def suggestions(
    text: str,
    scores: Iterable[str] = (),
    slices: Iterable[str] = (),
    annotations: Iterable[str] = (),
    values: Values | None = None,
) -> list[Suggestion]:
    """What could stand where the text ends: fields, operators, values or ``and``.

    Args:
        text: the filter up to the cursor.
        scores, slices, annotations: the names that the project has.
        values: the values that its fields have.
    """
    start = begun_at(text)
    begun = text[start:].lstrip("\"'")
    place, field = _place(text[:start])
    offered: Iterable[Suggestion]
    if place == "value":
        offered = _values(field, values or {})
    elif place == "operator":
        offered = [
            Suggestion(word, "operator")
            for word in ("=", "!=", "<", "<=", ">", ">=", "in (", "not in (", "contains", "exists")
        ]
    elif place == "join":
        offered = [Suggestion("and", "join"), Suggestion("or", "join")]
    else:
        offered = [
            Suggestion(name, "field")
            for name in (
                *TEXT_FIELDS,
                *NUMBER_FIELDS,
                *DATE_FIELDS,
                *FLAG_FIELDS,
                *(f"{name}(" for name in FUNCTIONS),
                *(_field("score", name) for name in scores),
                *(_field("slice", name) for name in slices),
                *(_field("annotation", name) for name in annotations),
            )
        ]
    wanted = begun.casefold()
    first = [one for one in offered if one.text.strip('"').casefold().startswith(wanted)]
    if first or len(wanted) < 2:
        return first
    return [one for one in offered if wanted in one.text.casefold()]


def begun_at(text: str) -> int:
    """Where the word begins that the text ends with, its opening quote included; the end of the
    text where none was begun. What completion offers goes in place of it.
    """
    quoted_now = _inside_quotes(text)
    found = _BEGUN.search(text if quoted_now else text.replace('"', " "))
    begun = found.group("word") if found else ""
    return len(text) - len(begun) - (1 if quoted_now else 0)


def complete(
    text: str,
    scores: Iterable[str] = (),
    slices: Iterable[str] = (),
    annotations: Iterable[str] = (),
    values: Values | None = None,
) -> list[str]:
    """The texts of `suggestions`."""
    return [one.text for one in suggestions(text, scores, slices, annotations, values)]


def quoted(value: str) -> str:
    """A value as it is written: in quotes where it is not one plain word."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_WORDS = frozenset({"and", "or", "not", "in", "exists", "contains", "true", "false"})


def _field(prefix: str, name: str) -> str:
    whole = f"{prefix}.{name}"
    return whole if _PLAIN.fullmatch(whole) else quoted(whole)


def _values(field: str, values: Values) -> list[Suggestion]:
    known = values.get(field, ())
    if known:
        return [Suggestion(quoted(value), "value", count) for value, count in known]
    if field == "status":
        return [Suggestion(value, "value") for value in STATUSES]
    if field in FLAG_FIELDS:
        people = [quoted(name) for name, _ in values.get("person", ())]
        own = [] if field in ("has_error", "disagreement") else [ME, *people]
        return [Suggestion(value, "value") for value in ("true", "false", *own)]
    if field == "differs":
        runs = [Suggestion(quoted(name), "value", count) for name, count in values.get("run", ())]
        return [*runs, *(Suggestion(what, "value") for what in DIFFERENCES)]
    return []


def _inside_quotes(text: str) -> bool:
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            return text[at:].lstrip()[:1] in ('"', "'")
        at = match.end()
    return False


def _place(text: str) -> tuple[Literal["field", "operator", "value", "join"], str]:
    """What is expected behind the text, and the field that a value is of."""
    expected: Literal["field", "operator", "value", "join"] = "field"
    field, in_list = "", False
    at = 0
    while match := _TOKEN.match(text, at):
        at = match.end()
        token, kind = match.group(match.lastgroup or 0).strip(), match.lastgroup
        word = token.lower() if kind == "word" else ""
        if in_list:
            in_list = token != ")"
            expected = "join" if token == ")" else "value"
        elif expected == "field":
            if kind in ("word", "text") and word not in ("not", "and", "or"):
                field = token.strip("\"'") if kind == "text" else token
                expected = "join" if field in FLAG_FIELDS else "operator"
        elif kind == "operator" or word == "contains":
            expected = "value"
        elif token == "(":
            in_list, expected = True, "value"
        elif word in ("and", "or"):
            expected = "field"
        elif word == "exists" or expected == "value":
            expected = "join"
    return expected, field
