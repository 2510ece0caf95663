"""The questions raters answer, and what counts as an answer."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from evaldesk.domain import conditions
from evaldesk.domain.conditions import Condition
from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import content_id

ScaleKind = Literal["binary", "nominal", "ordinal", "interval", "ratio", "multi", "text"]
Level = Literal["nominal", "ordinal", "interval", "ratio"]
Direction = Literal["higher", "lower", "none"]

SCALE_KINDS: tuple[ScaleKind, ...] = (
    "binary",
    "nominal",
    "ordinal",
    "interval",
    "ratio",
    "multi",
    "text",
)
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")

AnswerValue = str | float | int | bool
"""A point's value on a binary, nominal or ordinal scale; a number on interval and ratio; text. A
multi-select gives a list of points' values, in the order of the scale.
"""


@dataclass(frozen=True, slots=True)
class CannotJudge:
    """An answer that says why there can be none. Statistics treat it as missing.

    Attributes:
        reason: never empty.
    """

    reason: str

    def to_json(self) -> dict[str, str]:
        """How it is stored and exported."""
        return {"cannot_judge": self.reason}

    @classmethod
    def from_json(cls, value: Any) -> "CannotJudge | None":
        """What `to_json` wrote; None for any other value."""
        if isinstance(value, dict) and isinstance(value.get("cannot_judge"), str):
            return cls(value["cannot_judge"])
        return None


Given = AnswerValue | list[str] | CannotJudge
"""Whatever can be answered to a criterion."""

Judgement = AnswerValue | tuple[str, ...]
"""An answer that can be counted: several points as a tuple, and "cannot judge" is none."""


@dataclass(frozen=True, slots=True)
class Point:
    """One answer that a scale offers.

    Attributes:
        value: what is stored: a string or a number.
        label: what the button says; the value itself where empty.
        anchor: when to choose it.
        examples: of what deserves it.
        exclusive: on a multi-select, whether it stands alone, such as "none of these".
        comment: whether choosing it asks for a comment.
    """

    value: str | int | float
    label: str = ""
    anchor: str = ""
    examples: tuple[str, ...] = ()
    exclusive: bool = False
    comment: bool = False

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.label or str(self.value)


@dataclass(frozen=True, slots=True)
class Scale:
    """What may be answered.

    Attributes:
        kind: level of measurement, or ``binary`` (two points, the first is the bad one and the
            second the good one where the criterion has a direction), ``multi`` (any number of
            the points) or ``text``.
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
        """Level of measurement for statistics of single values; None for text and multi-select."""
        if self.kind == "text" or self.kind == "multi":
            return None
        return "nominal" if self.kind == "binary" else self.kind

    def check(self, value: Any) -> AnswerValue | list[str]:
        """The stored form of an answer.

        Raises:
            InputError: the scale does not have it; the message says what it has.
        """
        if self.kind == "multi":
            return self._check_several(value)
        return self.check_one(value)

    def _check_several(self, value: Any) -> list[str]:
        wanted = list(value) if isinstance(value, list | tuple | set | frozenset) else [value]
        chosen = {str(self.check_one(item)) for item in wanted}
        if not chosen:
            raise InputError("Nothing is chosen.", "Choose at least one point.")
        picked = [point for point in self.points if str(point.value) in chosen]
        alone = next((point for point in picked if point.exclusive), None)
        if alone is not None and len(picked) > 1:
            raise InputError(
                f"“{alone.text}” stands alone.", "Choose it without the others, or leave it out."
            )
        # In the order of the scale, so that the same choice is the same value.
        return [str(point.value) for point in picked]

    def check_one(self, value: Any) -> AnswerValue:
        """The stored form of a single value; of a multi-select, of one of its points.

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

    def position(self, value: Judgement | list[str]) -> float | None:
        """Where an answer stands as a number: its own value on an interval or ratio scale, else
        the index of its point. None for text and for what the scale does not have.
        """
        if self.kind in ("interval", "ratio"):
            return finite(str(value))
        for index, point in enumerate(self.points):
            if point.value == value:
                return float(index)
        return None

    def text_of(self, value: Judgement | Given) -> str:
        """What a person reads for an answer."""
        if isinstance(value, CannotJudge):
            return f"cannot judge: {value.reason}"
        if isinstance(value, list | tuple):
            return ", ".join(self.text_of(item) for item in value)
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
        required: whether a rating can be submitted without it, where it is asked.
        group: heading that it stands under, such as content or action quality.
        weight: of its share in a total over criteria; above 0.
        shown_if: on which answers to earlier criteria it is asked; None for always.
        cannot_judge: whether "cannot judge", with a reason, is an answer.
        pairwise: whether pairwise rounds ask which of two traces is better by it.
    """

    name: str
    scale: Scale
    title: str = ""
    question: str = ""
    direction: Direction = "higher"
    required: bool = True
    group: str = ""
    weight: float = 1.0
    shown_if: Condition | None = None
    cannot_judge: bool = False
    pairwise: bool = False

    @property
    def text(self) -> str:
        """What a person reads."""
        return self.title or self.name

    def wants_comment(self, value: Any) -> bool:
        """Whether an answer was chosen that asks for a comment."""
        chosen = value if isinstance(value, list | tuple) else (value,)
        return any(point.comment and point.value in chosen for point in self.scale.points)


@dataclass(frozen=True, slots=True)
class FailureMode:
    """One tag of the taxonomy.

    Attributes:
        aliases: names that it had before; what was tagged with one counts as this mode.
    """

    name: str
    title: str = ""
    definition: str = ""
    severity: str = ""
    aliases: tuple[str, ...] = ()

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

    def asked(self, answers: Mapping[str, Any]) -> tuple[Criterion, ...]:
        """The criteria whose conditions hold, in order. Answers to criteria that are not asked
        themselves count as absent.

        Args:
            answers: criterion → value.
        """
        scales = {item.name: item.scale for item in self.criteria}
        heard: dict[str, Any] = {}
        found: list[Criterion] = []
        for item in self.criteria:
            if conditions.holds(item.shown_if, heard, scales):
                found.append(item)
                if item.name in answers:
                    heard[item.name] = answers[item.name]
        return tuple(found)

    def present_modes(self, names: Iterable[str]) -> list[str]:
        """Names of failure modes as they are now, in the order of the taxonomy: an alias gives the
        mode that had it before. Names that it does not have come last, as they are.
        """
        known = [mode.name for mode in self.failure_modes]
        former = {alias: mode.name for mode in self.failure_modes for alias in mode.aliases}
        now = [name if name in known else former.get(name, name) for name in names]
        strange = dict.fromkeys(name for name in now if name not in known)
        return [*(name for name in known if name in now), *strange]

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
                    **({"aliases": list(mode.aliases)} if mode.aliases else {}),
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
        shape["points"] = [_point_json(point) for point in scale.points]
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
        # Only where said, so that a rubric that says none of it keeps its hash.
        **({"group": item.group} if item.group else {}),
        **({"weight": item.weight} if item.weight != 1.0 else {}),
        **({"shown_if": conditions.to_json(item.shown_if)} if item.shown_if is not None else {}),
        **({"cannot_judge": True} if item.cannot_judge else {}),
        **({"pairwise": True} if item.pairwise else {}),
    }


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "value": point.value,
        "label": point.label,
        "anchor": point.anchor,
        **({"examples": list(point.examples)} if point.examples else {}),
        **({"exclusive": True} if point.exclusive else {}),
        **({"comment": True} if point.comment else {}),
    }


def finite(text: str) -> float | None:
    """The number that a text is; None where it is none, or not a finite one."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
