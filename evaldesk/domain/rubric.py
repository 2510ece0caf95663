"""The questions raters answer, and what counts as an answer."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import content_id

ScaleKind = Literal["binary", "nominal", "ordinal", "interval", "ratio", "text"]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
Direction = Literal["higher", "lower", "none"]

SCALE_KINDS: tuple[ScaleKind, ...] = ("binary", "nominal", "ordinal", "interval", "ratio", "text")
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")

AnswerValue = str | float | int | bool
"""A point's value on a binary, nominal or ordinal scale; a number on interval and ratio; text."""


@dataclass(frozen=True, slots=True)
class Point:
    """One answer that a scale offers.

    Attributes:
        value: what is stored: a string or a number.
        label: what the button says; the value itself where empty.
        anchor: when to choose it.
    """

    value: str | int | float
    label: str = ""
    anchor: str = ""

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.label or str(self.value)


@dataclass(frozen=True, slots=True)
class Scale:
    """What may be answered.

    Attributes:
        kind: level of measurement, or ``binary`` (two points, the first is the bad one and the
            second the good one where the criterion has a direction) or ``text``.
        points: the choices in their order; empty for a number or a text.
        minimum: of a number; None for no bound.
        maximum: of a number; None for no bound.
        step: of a number field; None for any.
        unit: of a number, such as ``s``.
    """

    kind: ScaleKind
    points: tuple[Point, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    unit: str = ""

    @property
    def level(self) -> Level | None:
        """Level of measurement for statistics; None for text."""
        if self.kind == "text":
            return None
        return "nominal" if self.kind == "binary" else self.kind

    def check(self, value: Any) -> AnswerValue:
        """The stored form of an answer.

        Raises:
            InputError: the scale does not have it; the message says what it has.
        """
        if self.kind == "text":
            return str(value)
        if self.points:
            for point in self.points:
                if point.value == value and isinstance(value, bool) == isinstance(
                    point.value, bool
                ):
                    return point.value
            text = str(value).strip()
            for point in self.points:
                if text in (str(point.value), point.label):
                    return point.value
            number = _number(text)
            if number is not None:
                for point in self.points:
                    if _number(str(point.value)) == number:
                        return point.value
            for point in self.points:
                if text.casefold() in (str(point.value).casefold(), point.label.casefold()):
                    return point.value
            offered = ", ".join(str(point.value) for point in self.points)
            raise InputError(f"“{text}” is not on the scale.", f"It has: {offered}.")
        number = _number(str(value))
        if number is None:
            raise InputError(f"“{value}” is not a number.", "Give a number.")
        if self.minimum is not None and number < self.minimum:
            raise InputError(f"{number:g} is below {self.minimum:g}.")
        if self.maximum is not None and number > self.maximum:
            raise InputError(f"{number:g} is above {self.maximum:g}.")
        return number

    def position(self, value: AnswerValue) -> float | None:
        """Where an answer stands as a number: its own value on an interval or ratio scale, else
        the index of its point. None for text and for what the scale does not have.
        """
        if self.kind in ("interval", "ratio"):
            return _number(str(value))
        for index, point in enumerate(self.points):
            if point.value == value:
                return float(index)
        return None

    def text_of(self, value: AnswerValue) -> str:
        """What a person reads for an answer."""
        for point in self.points:
            if point.value == value:
                return point.text
        if isinstance(value, float):
            return f"{value:g}" + (f" {self.unit}" if self.unit else "")
        return str(value)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One question.

    Attributes:
        name: identifies it within the rubric and in exports; no spaces needed, any text allowed.
        title: what the form shows; the name where empty.
        question: the question in full, with what to look at.
        scale: what may be answered.
        direction: which end is better; ``none`` where neither is.
        required: whether a rating can be submitted without it.
    """

    name: str
    scale: Scale
    title: str = ""
    question: str = ""
    direction: Direction = "higher"
    required: bool = True

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.title or self.name


@dataclass(frozen=True, slots=True)
class FailureMode:
    """One tag of the taxonomy."""

    name: str
    title: str = ""
    definition: str = ""
    severity: str = ""

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.title or self.name


SEVERITIES: tuple[str, ...] = ("S1", "S2", "S3", "S4")

# What a rating carries beside its criteria is stored as answers to these fields, so that comment,
# tags and severity have the same history, author and undo as every other answer.
COMMENT = "#comment"
FAILURE_MODES = "#failure_modes"
SEVERITY = "#severity"


@dataclass(frozen=True, slots=True)
class Rubric:
    """A version of a rubric. Immutable: a change makes another version.

    Attributes:
        name: of the rubric; versions share it.
        criteria: in the order of the form.
        failure_modes: the taxonomy's tags that raters may choose.
        guidance: how to rate, in plain text.
        version: 1-based; given by the project that holds it, 0 before.
    """

    name: str
    criteria: tuple[Criterion, ...]
    failure_modes: tuple[FailureMode, ...] = ()
    guidance: str = ""
    version: int = 0

    @property
    def hash(self) -> str:
        """Content id: equal for equal questions, whatever the version number."""
        return content_id({**self.to_json(), "version": 0})

    def criterion(self, name: str) -> Criterion | None:
        """The criterion of that name, or None."""
        return next((item for item in self.criteria if item.name == name), None)

    def numbered(self, version: int) -> "Rubric":
        """The same rubric with a version number."""
        return replace(self, version=version)

    def to_json(self) -> dict[str, Any]:
        """The form of ``resources/schemas/rubric.schema.json``."""
        return {
            "name": self.name,
            "version": self.version,
            "guidance": self.guidance,
            "criteria": [_criterion_json(item) for item in self.criteria],
            "failure_modes": [
                {
                    "name": mode.name,
                    "title": mode.title,
                    "definition": mode.definition,
                    "severity": mode.severity,
                }
                for mode in self.failure_modes
            ],
        }

    @classmethod
    def from_json(cls, data: Any) -> "Rubric":
        """Read and check.

        Raises:
            InputError: names the place inside the document and what was expected.
        """
        record = _mapping(data, "rubric")
        name = _string(record, "name", "rubric")
        if not name:
            raise InputError("The rubric has no name.", 'Give it a "name".', record="name")
        raw = record.get("criteria")
        if not isinstance(raw, list) or not raw:
            raise InputError("A rubric needs at least one criterion.", record="criteria")
        criteria = tuple(_criterion(item, f"criteria[{index}]") for index, item in enumerate(raw))
        seen: set[str] = set()
        for index, item in enumerate(criteria):
            if item.name in seen:
                raise InputError(
                    f"Two criteria are called “{item.name}”.", record=f"criteria[{index}].name"
                )
            seen.add(item.name)
        modes = tuple(
            _failure_mode(item, f"failure_modes[{index}]")
            for index, item in enumerate(_list(record, "failure_modes", "rubric"))
        )
        return cls(
            name=name,
            criteria=criteria,
            failure_modes=modes,
            guidance=_string(record, "guidance", "rubric"),
            version=int(record.get("version") or 0),
        )


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A template of failure modes that a rubric can take over."""

    name: str
    failure_modes: tuple[FailureMode, ...] = field(default=())

    @classmethod
    def from_json(cls, data: Any) -> "Taxonomy":
        """Read and check; raises InputError that names the place."""
        record = _mapping(data, "taxonomy")
        modes = _list(record, "failure_modes", "taxonomy")
        return cls(
            _string(record, "name", "taxonomy"),
            tuple(_failure_mode(item, f"failure_modes[{i}]") for i, item in enumerate(modes)),
        )


def _criterion_json(item: Criterion) -> dict[str, Any]:
    scale = item.scale
    shape: dict[str, Any] = {"kind": scale.kind}
    if scale.points:
        shape["points"] = [
            {"value": point.value, "label": point.label, "anchor": point.anchor}
            for point in scale.points
        ]
    for key, value in (
        ("minimum", scale.minimum),
        ("maximum", scale.maximum),
        ("step", scale.step),
        ("unit", scale.unit or None),
    ):
        if value is not None:
            shape[key] = value
    return {
        "name": item.name,
        "title": item.title,
        "question": item.question,
        "scale": shape,
        "direction": item.direction,
        "required": item.required,
    }


def _criterion(data: Any, place: str) -> Criterion:
    record = _mapping(data, place)
    name = _string(record, "name", place)
    if not name or name.startswith("#"):
        raise InputError(
            "A criterion needs a name that does not begin with #.", record=f"{place}.name"
        )
    raw = _mapping(record.get("scale"), f"{place}.scale")
    kind = raw.get("kind")
    if kind not in SCALE_KINDS:
        raise InputError(
            f"“{kind}” is not a kind of scale.",
            f"It can be: {', '.join(SCALE_KINDS)}.",
            record=f"{place}.scale.kind",
        )
    points = tuple(
        _point(item, f"{place}.scale.points[{index}]")
        for index, item in enumerate(_list(raw, "points", f"{place}.scale"))
    )
    if kind == "binary" and not points:
        points = (Point("no", "No"), Point("yes", "Yes"))
    if kind == "binary" and len(points) != 2:
        raise InputError("A binary scale has two points.", record=f"{place}.scale.points")
    if kind in ("nominal", "ordinal") and len(points) < 2:
        raise InputError(
            f"An {kind} scale needs at least two points."
            if kind == "ordinal"
            else "A nominal scale needs at least two points.",
            record=f"{place}.scale.points",
        )
    if len({str(point.value) for point in points}) != len(points):
        raise InputError("Two points have the same value.", record=f"{place}.scale.points")
    if kind in ("interval", "ratio"):
        for index, point in enumerate(points):
            if _number(str(point.value)) is None:
                raise InputError(
                    f"The points of an {kind} scale are numbers."
                    if kind == "interval"
                    else "The points of a ratio scale are numbers.",
                    record=f"{place}.scale.points[{index}].value",
                )
    direction = record.get("direction", "higher")
    if direction not in ("higher", "lower", "none"):
        raise InputError(
            f"“{direction}” is not a direction.",
            "It can be: higher, lower, none.",
            record=f"{place}.direction",
        )
    low, high = (
        _optional_number(raw, "minimum", place),
        _optional_number(raw, "maximum", place),
    )
    if low is not None and high is not None and low >= high:
        raise InputError("The minimum is not below the maximum.", record=f"{place}.scale")
    return Criterion(
        name=name,
        scale=Scale(
            kind=kind,
            points=points,
            minimum=low,
            maximum=high,
            step=_optional_number(raw, "step", place),
            unit=_string(raw, "unit", f"{place}.scale"),
        ),
        title=_string(record, "title", place),
        question=_string(record, "question", place),
        direction=direction,
        required=bool(record.get("required", True)),
    )


def _point(data: Any, place: str) -> Point:
    if isinstance(data, str | int | float) and not isinstance(data, bool):
        return Point(data)
    record = _mapping(data, place)
    value = record.get("value")
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        raise InputError("A point needs a value, a string or a number.", record=f"{place}.value")
    return Point(value, _string(record, "label", place), _string(record, "anchor", place))


def _failure_mode(data: Any, place: str) -> FailureMode:
    if isinstance(data, str):
        data = {"name": data}
    record = _mapping(data, place)
    name = _string(record, "name", place)
    if not name:
        raise InputError("A failure mode needs a name.", record=f"{place}.name")
    severity = _string(record, "severity", place)
    if severity and severity not in SEVERITIES:
        raise InputError(
            f"“{severity}” is not a severity.",
            f"It can be: {', '.join(SEVERITIES)}.",
            record=f"{place}.severity",
        )
    return FailureMode(
        name, _string(record, "title", place), _string(record, "definition", place), severity
    )


def _mapping(data: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(data, dict):
        raise InputError("Expected an object here.", record=place)
    return data


def _list(record: Mapping[str, Any], key: str, place: str) -> list[Any]:
    value = record.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise InputError("Expected a list here.", record=f"{place}.{key}")
    return value


def _string(record: Mapping[str, Any], key: str, place: str) -> str:
    value = record.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise InputError("Expected a string here.", record=f"{place}.{key}")
    return value.strip()


def _optional_number(record: Mapping[str, Any], key: str, place: str) -> float | None:
    value = record.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise InputError("Expected a number here.", record=f"{place}.{key}")
    return float(value)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
