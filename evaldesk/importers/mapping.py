"""Which column of a file is what: for traces and for ratings made elsewhere.

A column is named as the file names it, or by a dotted path into nested records (``info.task.id``,
``annotators.0``); a column whose own name has dots wins over the path.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from evaldesk.domain.errors import InputError

MISSING = ("", "NULL", "NA", "N/A", "NaN", "None")
"""What stands for "no rating" where a mapping does not say, in any case of letters."""


@dataclass(frozen=True, slots=True)
class Const:
    """A value that holds for the whole file instead of a column: ``{"const": "quality"}``."""

    value: str


@dataclass(frozen=True, slots=True)
class OneHot:
    """One rater's answer spread over a column a value, of which the marked one counts.

    Attributes:
        columns: value → column.
    """

    columns: Mapping[str, str]


Column = str | Const


@dataclass(frozen=True, slots=True)
class TraceMapping:
    """Columns of a file with one trace a record. Empty means "not in this file".

    Attributes:
        scenario: the test case's own id; without it the input names the test case.
        input: what the system was asked.
        output: what it answered.
        messages: a whole conversation in OpenAI's chat form, in place of input and output.
        expected: the reference answer.
        system, run, tier: columns, or one value for all.
        slices: columns whose values are slices, named after the column (without a leading
            ``slice.``, as EvalDesk's own lists have).
        scores: metric → column.
        context: retrieved documents: a string, a list of strings or a list of objects.
        trial: number of the repetition; without it, repeated scenarios are numbered in order.
        status: ``ok``, ``error`` or ``incomplete``.
        error: what went wrong; a record with one has the status ``error`` and no scores.
        metadata: what else to keep; None keeps every column that nothing else names.
    """

    scenario: str = ""
    input: str = ""
    output: str = ""
    messages: str = ""
    expected: str = ""
    system: Column = ""
    run: Column = ""
    tier: Column = ""
    slices: tuple[str, ...] = ()
    scores: Mapping[str, str] = field(default_factory=dict)
    latency_ms: str = ""
    tokens_in: str = ""
    tokens_out: str = ""
    cost: str = ""
    context: str = ""
    trial: str = ""
    status: str = ""
    error: str = ""
    started_at: str = ""
    title: str = ""
    origin: Column = ""
    metadata: tuple[str, ...] | None = None

    @classmethod
    def from_json(cls, data: Any, *, path: str = "") -> "TraceMapping":
        """A mapping as CLI mapping files hold it.

        Raises:
            InputError: an unknown key (with the nearest), or a value of the wrong kind.
        """
        values = _object(data, _TRACE_KEYS, "mapping", path)
        made: dict[str, Any] = {}
        for key, value in values.items():
            if key in ("slices", "metadata"):
                made[key] = _names(value, key, path)
            elif key == "scores":
                made[key] = _pairs(value, key, path)
            elif key in ("system", "run", "tier", "origin"):
                made[key] = _column(value, key, path)
            else:
                made[key] = _name(value, key, path)
        mapping = cls(**made)
        if not (mapping.input or mapping.messages or mapping.output) and not (
            mapping.scenario and mapping.scores
        ):
            raise InputError(
                "The mapping says neither “input” nor “output” nor “messages”.",
                "Name at least the column that holds what the system was asked.",
                path=path,
            )
        return mapping

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads; keys that are not set are left out."""
        made: dict[str, Any] = {}
        for key in _TRACE_KEYS:
            value = getattr(self, key)
            if key == "metadata":
                if value is not None:
                    made[key] = list(value)
            elif value:
                made[key] = _plain(value)
        return made

    def columns(self) -> dict[str, str]:
        """Every column that is named → the key that names it (``scores.pass``)."""
        named: dict[str, str] = {}
        for key in _TRACE_KEYS:
            value = getattr(self, key)
            if isinstance(value, str) and value:
                named.setdefault(value, key)
            elif isinstance(value, tuple):
                for column in value:
                    named.setdefault(column, key)
            elif isinstance(value, Mapping):
                for name, column in value.items():
                    named.setdefault(column, f"{key}.{name}")
        return named


@dataclass(frozen=True, slots=True)
class RatingMapping:
    """Columns of a file of ratings: long (a row an answer) or wide (a column a rater).

    Attributes:
        unit: column or columns that name what was rated; several are joined with ``/``.
        rater: long: column, or one name for all.
        criterion: column, or one name for all.
        value: long: the answer.
        values: long with several answers a row: criterion → column, in place of ``criterion``
            and ``value``.
        raters: wide: rater → column or `OneHot`.
        comment, time: of the answer; empty where the file has none.
        text: what the unit says, used when units are made.
        span: where in ``text`` the rater marked something: ``span`` (the marked words), ``start``
            and ``end`` (offsets, of whatever convention) → column; ``label`` for what it was
            marked as, where that is not the answer.
        missing: what stands for "no rating", letters' case aside; None for `MISSING`.
        recode: value → value to take instead; ``*`` stands for every other one. Done before
            ``missing``, so that ``{"NULL": "no", "*": "yes"}`` makes an answer of nothing.
        repeats: the same rater answers the same question about the same unit twice, and
            differently: ``error`` names the row, ``first`` keeps the first reading.
    """

    unit: tuple[str, ...] = ()
    rater: Column = ""
    criterion: Column = ""
    value: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    raters: Mapping[str, str | OneHot] = field(default_factory=dict)
    comment: str = ""
    time: str = ""
    text: str = ""
    span: Mapping[str, str] = field(default_factory=dict)
    missing: tuple[str, ...] | None = None
    recode: Mapping[str, str] = field(default_factory=dict)
    repeats: Literal["error", "first"] = "error"

    @property
    def wide(self) -> bool:
        """Whether raters are columns."""
        return bool(self.raters)

    @classmethod
    def from_json(cls, data: Any, *, path: str = "") -> "RatingMapping":
        """A mapping as CLI mapping files hold it.

        Raises:
            InputError: an unknown key (with the nearest), a value of the wrong kind, or something
                that the shape needs is missing.
        """
        values = _object(data, _RATING_KEYS, "mapping", path)
        made: dict[str, Any] = {}
        for key, value in values.items():
            if key == "unit":
                made[key] = (value,) if isinstance(value, str) else _names(value, key, path)
            elif key == "missing":
                made[key] = _names(value, key, path)
            elif key == "values":
                made[key] = _pairs(value, key, path)
            elif key == "span":
                made[key] = _pairs(value, key, path)
                named = set(made[key]) - {"label"}
                if named != {"span", "start", "end"} or not values.get("text"):
                    raise InputError(
                        "“span” needs the columns “span”, “start” and “end”, and “text” beside it.",
                        path=path,
                    )
            elif key == "recode":
                made[key] = _recoding(value, path)
            elif key == "raters":
                made[key] = _raters(value, path)
            elif key in ("rater", "criterion"):
                made[key] = _column(value, key, path)
            elif key == "repeats":
                if value not in ("error", "first"):
                    raise InputError('“repeats” is "error" or "first".', path=path)
                made[key] = value
            else:
                made[key] = _name(value, key, path)
        mapping = cls(**made)
        mapping.check(path)
        return mapping

    def check(self, path: str = "") -> None:
        """Raises InputError where what the shape needs is not said."""
        needed = ["unit"]
        if not self.values:
            needed.append("criterion")
        if not self.wide:
            needed.append("rater")
            if not self.values:
                needed.append("value")
        for key in needed:
            if not getattr(self, key):
                raise InputError(
                    f"The mapping does not say “{key}”.",
                    "Long tables need unit, rater, criterion and value; wide ones unit, raters "
                    "and criterion.",
                    path=path,
                )
        if self.wide and (self.rater or self.value or self.values):
            raise InputError("The mapping mixes long (rater, value) and wide (raters).", path=path)

    def to_json(self) -> dict[str, Any]:
        """What `from_json` reads; keys that are not set are left out."""
        made: dict[str, Any] = {}
        for key in _RATING_KEYS:
            value = getattr(self, key)
            if key == "unit":
                made[key] = value[0] if len(value) == 1 else list(value)
            elif key == "missing":
                if value is not None:
                    made[key] = list(value)
            elif key == "repeats":
                if value != "error":
                    made[key] = value
            elif value:
                made[key] = _plain(value)
        return made

    def columns(self) -> dict[str, str]:
        """Every column that is named → the key that names it."""
        named = dict.fromkeys(self.unit, "unit")
        for key in ("rater", "criterion", "value", "comment", "time", "text"):
            value = getattr(self, key)
            if isinstance(value, str) and value:
                named.setdefault(value, key)
        for key, pairs in (("values", self.values), ("span", self.span)):
            for name, column in pairs.items():
                named.setdefault(column, f"{key}.{name}")
        for name, where in self.raters.items():
            columns = [where] if isinstance(where, str) else list(where.columns.values())
            for column in columns:
                named.setdefault(column, f"raters.{name}")
        return named


_TRACE_KEYS = tuple(TraceMapping.__dataclass_fields__)
_RATING_KEYS = tuple(RatingMapping.__dataclass_fields__)


def get_path(record: Mapping[str, Any], column: str) -> Any:
    """The value of a column or dotted path; None where the record does not have it."""
    if column in record:
        return record[column]
    value: Any = record
    for name in column.split("."):
        if isinstance(value, Mapping):
            if name not in value:
                return None
            value = value[name]
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            if not name.isdecimal() or int(name) >= len(value):
                return None
            value = value[int(name)]
        else:
            return None
    return value


def column_error(column: str, key: str, columns: Iterable[str], path: str) -> InputError:
    """That the file has no such column, with the nearest of those it has."""
    known = list(dict.fromkeys(columns))
    nearest = difflib.get_close_matches(column, known, n=1, cutoff=0.5)
    if nearest:
        hint = f"Did you mean “{nearest[0]}”?"
    else:
        shown = ", ".join(known[:12]) + (" …" if len(known) > 12 else "")
        hint = f"The columns are: {shown}." if known else "It has no columns at all."
    return InputError(f"There is no column “{column}” (mapping key “{key}”).", hint, path=path)


def _object(data: Any, keys: Sequence[str], what: str, path: str) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise InputError(
            f"The {what} is {_kind(data)}, not an object.",
            'It looks like {"input": "question", "output": "answer"}.',
            path=path,
        )
    for key in data:
        if key not in keys:
            nearest = difflib.get_close_matches(str(key), keys, n=1, cutoff=0.5)
            hint = f"Did you mean “{nearest[0]}”?" if nearest else f"Keys: {', '.join(keys)}."
            raise InputError(f"The {what} has an unknown key “{key}”.", hint, path=path)
    return {key: value for key, value in data.items() if value is not None}


def _kind(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", str: "text", bool: "true or false"}
    return kinds.get(type(value), "null" if value is None else "a number")


def _name(value: Any, key: str, path: str) -> str:
    if not isinstance(value, str):
        raise InputError(
            f"Mapping key “{key}” is {_kind(value)}, not the name of a column.", path=path
        )
    return value


def _column(value: Any, key: str, path: str) -> Column:
    if isinstance(value, dict):
        if set(value) != {"const"} or not isinstance(value["const"], str | int | float):
            raise InputError(
                f"Mapping key “{key}” is a column name or {{“const”: NAME}}.", path=path
            )
        return Const(str(value["const"]))
    return _name(value, key, path)


def _names(value: Any, key: str, path: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InputError(f"Mapping key “{key}” is not a list of names.", path=path)
    return tuple(value)


def _pairs(value: Any, key: str, path: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise InputError(f"Mapping key “{key}” is not an object of NAME: COLUMN.", path=path)
    return {str(name): _name(column, f"{key}.{name}", path) for name, column in value.items()}


def _recoding(value: Any, path: str) -> dict[str, str]:
    if not isinstance(value, dict) or not all(
        isinstance(to, str | int | float) and not isinstance(to, bool) for to in value.values()
    ):
        raise InputError("Mapping key “recode” is not an object of VALUE: VALUE.", path=path)
    return {str(name): str(to) for name, to in value.items()}


def _raters(value: Any, path: str) -> dict[str, str | OneHot]:
    if not isinstance(value, dict) or not value:
        raise InputError("Mapping key “raters” is not an object of RATER: COLUMN.", path=path)
    made: dict[str, str | OneHot] = {}
    for name, column in value.items():
        if isinstance(column, dict):
            if set(column) != {"one_hot"}:
                raise InputError(
                    f"Mapping key “raters.{name}” is a column name or {{“one_hot”: "
                    "{VALUE: COLUMN}}.",
                    path=path,
                )
            made[str(name)] = OneHot(_pairs(column["one_hot"], f"raters.{name}.one_hot", path))
        else:
            made[str(name)] = _name(column, f"raters.{name}", path)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, Const):
        return {"const": value.value}
    if isinstance(value, OneHot):
        return {"one_hot": dict(value.columns)}
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return list(value) if isinstance(value, tuple) else value
