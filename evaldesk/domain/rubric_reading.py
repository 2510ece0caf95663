"""Reads rubrics and taxonomies from JSON, the form of ``resources/schemas``.

What is wrong is told with the place inside the document, as in ``criteria[2].scale.points[0]``.
"""

import math
from collections.abc import Mapping
from typing import Any

from evaldesk.domain.conditions import OPERATORS, AllOf, AnyOf, Condition, Test, criteria_in
from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import (
    SCALE_KINDS,
    SEVERITIES,
    Criterion,
    FailureMode,
    Point,
    Rubric,
    Scale,
    Taxonomy,
    finite,
)

_DEEPEST = 20


def read_rubric(data: Any) -> Rubric:
    """Read and check a rubric.

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
        _check_condition(item, criteria[:index], f"criteria[{index}].shown_if")
        seen.add(item.name)
    modes = tuple(
        _failure_mode(item, f"failure_modes[{index}]")
        for index, item in enumerate(_list(record, "failure_modes", "rubric"))
    )
    return Rubric(
        name=name,
        criteria=criteria,
        failure_modes=modes,
        guidance=_string(record, "guidance", "rubric"),
        version=int(record.get("version") or 0),
    )


def read_taxonomy(data: Any) -> Taxonomy:
    """Read and check a taxonomy; raises InputError that names the place."""
    record = _mapping(data, "taxonomy")
    modes = _list(record, "failure_modes", "taxonomy")
    return Taxonomy(
        _string(record, "name", "taxonomy"),
        tuple(_failure_mode(item, f"failure_modes[{i}]") for i, item in enumerate(modes)),
    )


def _criterion(data: Any, place: str) -> Criterion:
    record = _mapping(data, place)
    name = _string(record, "name", place)
    if not name or name.startswith("#"):
        raise InputError(
            "A criterion needs a name that does not begin with #.", record=f"{place}.name"
        )
    scale = _scale(record.get("scale"), f"{place}.scale")
    direction = record.get("direction", "higher")
    if direction not in ("higher", "lower", "none"):
        raise InputError(
            f"“{direction}” is not a direction.",
            "It can be: higher, lower, none.",
            record=f"{place}.direction",
        )
    return Criterion(
        name=name,
        scale=scale,
        title=_string(record, "title", place),
        question=_string(record, "question", place),
        direction=direction,
        required=bool(record.get("required", True)),
        group=_string(record, "group", place),
        weight=_weight(record, place),
        shown_if=_condition(record.get("shown_if"), f"{place}.shown_if"),
        cannot_judge=bool(record.get("cannot_judge", False)),
        pairwise=bool(record.get("pairwise", False)),
    )


def _weight(record: Mapping[str, Any], place: str) -> float:
    weight = _optional_number(record, "weight", place)
    if weight is not None and weight <= 0:
        raise InputError("A weight is above 0.", record=f"{place}.weight")
    return 1.0 if weight is None else weight


def _condition(data: Any, place: str, depth: int = 0) -> Condition | None:
    if data is None:
        return None
    record = _mapping(data, place)
    if depth > _DEEPEST:
        raise InputError("Conditions are nested too deep.", record=place)
    for key, kind in (("all", AllOf), ("any", AnyOf)):
        if key in record:
            items = _list(record, key, place)
            if not items or len(record) > 1:
                raise InputError(f"“{key}” needs a list of conditions.", record=place)
            read = (
                _condition(item, f"{place}.{key}[{i}]", depth + 1) for i, item in enumerate(items)
            )
            return kind(tuple(item for item in read if item is not None))
    name = _string(record, "criterion", place)
    operators = [operator for operator in OPERATORS if operator in record]
    if not name or len(operators) != 1 or len(record) != 2:
        raise InputError(
            "A condition needs a criterion and one test of its answer.",
            f"A test is one of: {', '.join(OPERATORS)}; conditions are joined by all or any.",
            record=place,
        )
    (operator,) = operators
    raw = _list(record, "in", place) if operator == "in" else [record[operator]]
    for value in raw:
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise InputError(
                "A condition compares with a text or a number.", record=f"{place}.{operator}"
            )
    if not raw:
        raise InputError("A condition compares with something.", record=f"{place}.{operator}")
    return Test(name, operator, tuple(raw))


def _check_condition(item: Criterion, earlier: tuple[Criterion, ...], place: str) -> None:
    """A condition looks back at criteria, and at values that they have."""
    known = {other.name: other.scale for other in earlier}
    for name in criteria_in(item.shown_if):
        if name not in known:
            raise InputError(
                f"The condition looks at “{name}”, which does not stand before this criterion.",
                "Conditions look at criteria further up.",
                record=place,
            )
    for test in _tests(item.shown_if):
        scale = known[test.criterion]
        if scale.kind == "text":
            raise InputError("A condition cannot look at free text.", record=place)
        if test.operator in ("above", "below") and scale.kind in ("nominal", "multi"):
            raise InputError(
                f"The points of “{test.criterion}” have no order.", "Use is or in.", record=place
            )
        for value in test.values:
            try:
                scale.check_one(value)
            except InputError as error:
                raise InputError(
                    f"“{test.criterion}”: {error.reason}", error.hint, record=place
                ) from error


def _tests(condition: Condition | None) -> list[Test]:
    if condition is None:
        return []
    if isinstance(condition, Test):
        return [condition]
    return [test for item in condition.items for test in _tests(item)]


def _scale(data: Any, place: str) -> Scale:
    raw = _mapping(data, place)
    kind = raw.get("kind")
    if kind not in SCALE_KINDS:
        raise InputError(
            f"“{kind}” is not a kind of scale.",
            f"It can be: {', '.join(SCALE_KINDS)}.",
            record=f"{place}.kind",
        )
    points = tuple(
        _point(item, f"{place}.points[{index}]")
        for index, item in enumerate(_list(raw, "points", place))
    )
    if kind == "binary" and not points:
        points = (Point("no", "No"), Point("yes", "Yes"))
    if kind == "binary" and len(points) != 2:
        raise InputError("A binary scale has two points.", record=f"{place}.points")
    if kind in ("nominal", "ordinal", "multi") and len(points) < 2:
        raise InputError(
            f"{'An' if kind == 'ordinal' else 'A'} {kind} scale needs at least two points.",
            record=f"{place}.points",
        )
    if len({str(point.value) for point in points}) != len(points):
        raise InputError("Two points have the same value.", record=f"{place}.points")
    if kind in ("interval", "ratio"):
        for index, point in enumerate(points):
            if finite(str(point.value)) is None:
                article = "an" if kind == "interval" else "a"
                raise InputError(
                    f"The points of {article} {kind} scale are numbers.",
                    record=f"{place}.points[{index}].value",
                )
    low, high = _optional_number(raw, "minimum", place), _optional_number(raw, "maximum", place)
    if low is not None and high is not None and low >= high:
        raise InputError("The minimum is not below the maximum.", record=place)
    return Scale(
        kind=kind,
        points=points,
        minimum=low,
        maximum=high,
        step=_optional_number(raw, "step", place),
        unit=_string(raw, "unit", place),
    )


def _point(data: Any, place: str) -> Point:
    if isinstance(data, str | int | float) and not isinstance(data, bool):
        return Point(data)
    record = _mapping(data, place)
    value = record.get("value")
    if isinstance(value, bool) or not isinstance(value, str | int | float) or value == "":
        raise InputError("A point needs a value, a string or a number.", record=f"{place}.value")
    examples = _list(record, "examples", place)
    if not all(isinstance(example, str) for example in examples):
        raise InputError("Examples are texts.", record=f"{place}.examples")
    return Point(
        value,
        _string(record, "label", place),
        _string(record, "anchor", place),
        examples=tuple(examples),
        exclusive=bool(record.get("exclusive", False)),
        comment=bool(record.get("comment", False)),
    )


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
    aliases = _list(record, "aliases", place)
    if not all(isinstance(alias, str) and alias.strip() for alias in aliases):
        raise InputError("Aliases are names.", record=f"{place}.aliases")
    return FailureMode(
        name,
        _string(record, "title", place),
        _string(record, "definition", place),
        severity,
        aliases=tuple(alias.strip() for alias in aliases),
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
