"""Whether a question is asked, by what was answered to those before it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

Operator = Literal["is", "in", "above", "below"]

OPERATORS: tuple[Operator, ...] = ("is", "in", "above", "below")


@dataclass(frozen=True, slots=True)
class Test:
    """One answer's test.

    Attributes:
        criterion: name of a criterion that stands earlier in the rubric.
        operator: ``is`` one value, ``in`` several; ``above`` and ``below`` compare places on the
            scale: numbers, or points of an ordinal one. Of a multi-select ``is`` and ``in`` hold
            where any chosen point fits.
        values: one, or several for ``in``.
    """

    __test__ = False  # pytest would take it for a test case

    criterion: str
    operator: Operator
    values: tuple[str | int | float, ...]


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every one holds."""

    items: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one holds."""

    items: tuple["Condition", ...]


Condition = Test | AllOf | AnyOf


def criteria_in(condition: Condition | None) -> Iterator[str]:
    """Names of the criteria that a condition looks at."""
    if isinstance(condition, Test):
        yield condition.criterion
    elif condition is not None:
        for item in condition.items:
            yield from criteria_in(item)


def holds(
    condition: Condition | None, answers: Mapping[str, Any], places: Mapping[str, Any]
) -> bool:
    """Whether a condition holds. An absent answer, and one of "cannot judge", fits no test.

    Args:
        answers: criterion → value, only of criteria that are asked themselves.
        places: criterion → its scale, for the order of points.
    """
    if condition is None:
        return True
    if isinstance(condition, AllOf):
        return all(holds(item, answers, places) for item in condition.items)
    if isinstance(condition, AnyOf):
        return any(holds(item, answers, places) for item in condition.items)
    given = answers.get(condition.criterion)
    if given is None or not isinstance(given, str | int | float | list | tuple):
        return False
    scale = places[condition.criterion]
    if condition.operator in ("is", "in"):
        chosen = given if isinstance(given, list | tuple) else (given,)
        return any(value == wanted for value in chosen for wanted in condition.values)
    if isinstance(given, list | tuple):
        return False
    here, there = scale.position(given), scale.position(condition.values[0])
    if here is None or there is None:
        return False
    return bool(here > there if condition.operator == "above" else here < there)


def to_json(condition: Condition) -> dict[str, Any]:
    """The form of ``resources/schemas/rubric.schema.json``."""
    if isinstance(condition, AllOf):
        return {"all": [to_json(item) for item in condition.items]}
    if isinstance(condition, AnyOf):
        return {"any": [to_json(item) for item in condition.items]}
    values: Any = list(condition.values) if condition.operator == "in" else condition.values[0]
    return {"criterion": condition.criterion, condition.operator: values}
