"""The questions raters answer, and what counts as an answer."""

import math
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
            number = finite(text)
            if number is not None:
                for point in self.points:
                    if finite(str(point.value)) == number:
                        return point.value
            for point in self.points:
                if text.casefold() in (str(point.value).casefold(), point.label.casefold()):
                    return point.value
            offered = ", ".join(str(point.value) for point in self.points)
            raise InputError(f"“{text}” is not on the scale.", f"It has: {offered}.")
        number = finite(str(value))
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
            return finite(str(value))
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
        # Late, because that module reads into these classes.
        from evaldesk.domain.rubric_reading import read_rubric

        return read_rubric(data)


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """A template of failure modes that a rubric can take over."""

    name: str
    failure_modes: tuple[FailureMode, ...] = field(default=())

    @classmethod
    def from_json(cls, data: Any) -> "Taxonomy":
        """Read and check; raises InputError that names the place."""
        from evaldesk.domain.rubric_reading import read_taxonomy

        return read_taxonomy(data)


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


def finite(text: str) -> float | None:
    """The number that a text is; None where it is none, or not a finite one."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
