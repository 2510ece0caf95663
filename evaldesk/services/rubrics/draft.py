"""Edits of a rubric's draft that keep its conditions sound.

A draft is a rubric in its JSON form, as `Rubric.to_json` writes it, and may be anything while it is
typed. A condition names criteria and values, so it has to follow what they are called, and to let
go of what is not there any more.
"""

from collections.abc import Sequence
from typing import Any

from evaldesk.domain.conditions import OPERATORS
from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import Rubric

Draft = dict[str, Any]


def operators_for(criterion: Draft) -> list[str]:
    """The tests that an answer to a criterion can be put to; none for a text."""
    kind = criterion["scale"].get("kind")
    if kind == "text":
        return []
    if kind in ("nominal", "multi", "binary"):
        return ["is", "in"]
    return list(OPERATORS)


def values_of(criterion: Draft) -> list[tuple[Any, str]]:
    """The values that a test can compare with, and what a person reads; empty for a number."""
    points = criterion["scale"].get("points") or []
    if not points and criterion["scale"].get("kind") == "binary":
        points = [{"value": "no", "label": "No"}, {"value": "yes", "label": "Yes"}]
    return [
        (point["value"], str(point.get("label") or point["value"]))
        if isinstance(point, dict)
        else (point, str(point))
        for point in points
    ]


def testable(criteria: Sequence[Draft], index: int) -> list[Draft]:
    """The criteria that a condition of the one at that place can look at."""
    return [item for item in criteria[:index] if item.get("name") and operators_for(item)]


def first_test(criterion: Draft) -> Draft:
    """A sound test to begin with."""
    values = values_of(criterion)
    name = criterion["name"]
    if values:
        return {"criterion": name, "is": values[-1][0]}
    low = criterion["scale"].get("minimum")
    return {"criterion": name, "above": 0 if low is None else low}


def rename_criterion(criteria: Sequence[Draft], old: str, new: str) -> None:
    """Have conditions follow a criterion's name."""
    if old and new and sum(item.get("name") in (old, new) for item in criteria) <= 1:
        for item in criteria:
            for test in _tests(item.get("shown_if")):
                if test.get("criterion") == old:
                    test["criterion"] = new


def rename_value(criteria: Sequence[Draft], name: str, old: Any, new: Any) -> None:
    """Have conditions follow the value of a point."""
    for item in criteria:
        for test in _tests(item.get("shown_if")):
            if test.get("criterion") != name:
                continue
            for operator in OPERATORS:
                if operator == "in" and operator in test:
                    test["in"] = [new if value == old else value for value in test["in"]]
                elif operator in test and test[operator] == old:
                    test[operator] = new


def prune(criteria: Sequence[Draft]) -> list[str]:
    """Take out of conditions what looks at a criterion or a value that is not there.

    Returns:
        Titles of the criteria whose conditions changed.
    """
    changed = []
    for index, item in enumerate(criteria):
        before = item.get("shown_if")
        if before is None:
            continue
        after = _pruned(before, {other.get("name"): other for other in criteria[:index]})
        if after == before:
            continue
        if after is None:
            del item["shown_if"]
        else:
            item["shown_if"] = after
        changed.append(str(item.get("title") or item.get("name")))
    return changed


def held_by(criteria: Sequence[Draft], index: int, step: int) -> str:
    """Why a criterion cannot move past its neighbour: the name of the one whose answer the other
    is asked by; empty where it can.
    """
    other = index + step
    upper, lower = criteria[min(index, other)], criteria[max(index, other)]
    looks_at = {test.get("criterion") for test in _tests(lower.get("shown_if"))}
    return str(upper["name"]) if upper.get("name") in looks_at else ""


def _tests(condition: Any) -> list[Draft]:
    if not isinstance(condition, dict):
        return []
    for key in ("all", "any"):
        if key in condition:
            return [test for item in condition[key] for test in _tests(item)]
    return [condition]


def _pruned(condition: Draft, earlier: dict[Any, Draft]) -> Draft | None:
    for key in ("all", "any"):
        if key in condition:
            kept = [_pruned(item, earlier) for item in condition[key]]
            found = [item for item in kept if item is not None]
            if len(found) == 1 and len(condition[key]) > 1:
                return found[0]
            return {key: found} if found else None
    criterion = earlier.get(condition.get("criterion"))
    if criterion is None or not operators_for(criterion):
        return None
    if not _sound({"name": criterion["name"], "scale": criterion["scale"]}):
        return condition  # still being typed; what it will have is not known
    if "in" in condition:
        values = [value for value in condition["in"] if fits(criterion, {"in": [value]})]
        return {**condition, "in": values} if values else None
    (operator,) = [operator for operator in OPERATORS if operator in condition] or ["is"]
    return condition if fits(criterion, {operator: condition.get(operator)}) else None


def fits(criterion: Draft, test: Draft) -> bool:
    """Whether an answer to a criterion can be put to a test, such as ``{"is": "yes"}``."""
    return _sound(
        {"name": criterion["name"], "scale": criterion["scale"]},
        {
            "name": f"{criterion['name']} 2",
            "scale": {"kind": "text"},
            "shown_if": {"criterion": criterion["name"], **test},
        },
    )


def _sound(*criteria: Draft) -> bool:
    try:
        Rubric.from_json({"name": "draft", "criteria": list(criteria)})
    except InputError:
        return False
    return True
