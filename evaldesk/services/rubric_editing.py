"""Writing rubrics: what is wrong with a draft, what a new version changes, templates, files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import Criterion, Rubric, Taxonomy
from evaldesk.settings import resource

ChangeKind = Literal[
    "added",
    "removed",
    "order",
    "title",
    "question",
    "scale",
    "points",
    "anchors",
    "direction",
    "required",
    "guidance",
    "failure_modes",
]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a draft.

    Attributes:
        place: where, as in ``criteria[2].scale.points[0].value``; the same for a form and a file.
        message: what, and what to do about it.
    """

    place: str
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a new version changes.

    Attributes:
        kind: what; see `ChangeKind`.
        criterion: title of the criterion; empty for the rubric as a whole.
        detail: what came and went, such as ``+ partly, − unsure``; may be empty.
        touches_answers: whether answers given to the version before may not hold any more.
    """

    kind: ChangeKind
    criterion: str = ""
    detail: str = ""
    touches_answers: bool = False


def problems(draft: dict[str, Any]) -> list[Problem]:
    """What keeps a draft from being a rubric; at most one problem a criterion.

    Args:
        draft: as `Rubric.to_json` writes it.
    """
    found: list[Problem] = []
    name = str(draft.get("name") or "").strip()
    if not name:
        found.append(Problem("name", "The rubric has no name."))
    criteria = draft.get("criteria") or []
    if not criteria:
        found.append(Problem("criteria", "A rubric needs at least one criterion."))
    whole = name or "draft"
    for index, item in enumerate(criteria):
        _collect(found, {"name": whole, "criteria": [item]}, ("criteria[0]", f"criteria[{index}]"))
    sound = {"name": whole, "criteria": [{"name": "x", "scale": {"kind": "text"}}]}
    names: set[str] = set()
    for index, mode in enumerate(draft.get("failure_modes") or []):
        place = f"failure_modes[{index}]"
        _collect(found, {**sound, "failure_modes": [mode]}, ("failure_modes[0]", place))
        mode_name = str(mode.get("name") or "").strip() if isinstance(mode, dict) else str(mode)
        if mode_name in names:
            found.append(Problem(f"{place}.name", f"Two failure modes are called “{mode_name}”."))
        names.add(mode_name)
    if not found:
        _collect(found, draft, ("", ""))
    return found


def differences(old: Rubric, new: Rubric) -> list[Change]:
    """What a new version changes, criterion by criterion. Criteria are matched by name."""
    changes: list[Change] = []
    before = {item.name: item for item in old.criteria}
    after = {item.name: item for item in new.criteria}
    for item in new.criteria:
        if item.name not in before:
            changes.append(Change("added", item.text))
        else:
            changes.extend(_criterion_changes(before[item.name], item))
    for item in old.criteria:
        if item.name not in after:
            changes.append(Change("removed", item.text, touches_answers=True))
    kept = [item.name for item in new.criteria if item.name in before]
    if kept != [item.name for item in old.criteria if item.name in after]:
        changes.append(Change("order"))
    if old.guidance != new.guidance:
        changes.append(Change("guidance", touches_answers=True))
    if old.failure_modes != new.failure_modes:
        names = ([mode.text for mode in item.failure_modes] for item in (old, new))
        detail = _came_and_went(*names)
        gone = {mode.name for mode in old.failure_modes} - {mode.name for mode in new.failure_modes}
        changes.append(Change("failure_modes", "", detail, touches_answers=bool(gone)))
    return changes


def fresh_name(wanted: str, taken: Sequence[str]) -> str:
    """A name that no other has: the wanted one, or with a number behind it."""
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted} {number}" in taken:
        number += 1
    return f"{wanted} {number}"


def templates() -> list[Rubric]:
    """The rubrics that come with the program, by name."""
    return sorted(
        (read_rubric(path) for path in resource("rubrics").glob("*.json")),
        key=lambda rubric: rubric.name.casefold(),
    )


def taxonomies() -> list[Taxonomy]:
    """The failure modes that come with the program, by name."""
    return sorted(
        (Taxonomy.from_json(_load(path)) for path in resource("taxonomies").glob("*.json")),
        key=lambda taxonomy: taxonomy.name.casefold(),
    )


def read_rubric(path: Path) -> Rubric:
    """A rubric from a JSON file.

    Raises:
        InputError: unreadable, not JSON, or not a rubric; names the place.
    """
    data = _load(path)
    try:
        return Rubric.from_json(data)
    except InputError as error:
        raise InputError(error.reason, error.hint, path=path.name, record=error.record) from error


def write_rubric(rubric: Rubric, path: Path) -> None:
    """A rubric as a JSON file that others can read and edit.

    Raises:
        InputError: the file cannot be written.
    """
    text = json.dumps(rubric.to_json(), ensure_ascii=False, indent=2) + "\n"
    try:
        path.write_text(text, "utf-8")
    except OSError as error:
        raise InputError(
            f"The file cannot be written: {error.strerror}.", "Choose another.", path=path.name
        ) from error


def _load(path: Path) -> Any:
    try:
        return orjson.loads(path.read_bytes())
    except OSError as error:
        raise InputError(f"The file cannot be read: {error.strerror}.", path=path.name) from error
    except orjson.JSONDecodeError as error:
        raise InputError(
            f"This is not JSON: {error.msg}.",
            "Choose a rubric that EvalDesk or resources/schemas/rubric.schema.json describes.",
            path=path.name,
            record=f"line {error.lineno}",
        ) from error


def _collect(found: list[Problem], data: dict[str, Any], place: tuple[str, str]) -> None:
    try:
        Rubric.from_json(data)
    except InputError as error:
        where = error.record
        if place[0] and where.startswith(place[0]):
            where = place[1] + where.removeprefix(place[0])
        found.append(Problem(where, f"{error.reason} {error.hint}".strip()))


def _criterion_changes(old: Criterion, new: Criterion) -> list[Change]:
    title = new.text
    changes: list[Change] = []
    if old.text != new.text:
        changes.append(Change("title", title, f"{old.text} → {new.text}"))
    if old.question != new.question:
        changes.append(Change("question", title, touches_answers=True))
    one, two = old.scale, new.scale
    shape = (one.kind, one.minimum, one.maximum, one.step, one.unit)
    if shape != (two.kind, two.minimum, two.maximum, two.step, two.unit):
        detail = f"{one.kind} → {two.kind}" if one.kind != two.kind else ""
        changes.append(Change("scale", title, detail, touches_answers=True))
    values = [str(point.value) for point in one.points]
    new_values = [str(point.value) for point in two.points]
    if values != new_values:
        detail = _came_and_went(values, new_values)
        changes.append(Change("points", title, detail, touches_answers=True))
    anchors = {str(point.value): (point.label, point.anchor) for point in one.points}
    new_anchors = {str(point.value): (point.label, point.anchor) for point in two.points}
    both = anchors.keys() & new_anchors.keys()
    touched = [
        value for value in new_anchors if value in both and anchors[value] != new_anchors[value]
    ]
    if touched:
        changes.append(Change("anchors", title, ", ".join(touched), touches_answers=True))
    if old.direction != new.direction:
        changes.append(Change("direction", title, f"{old.direction} → {new.direction}"))
    if old.required != new.required:
        changes.append(Change("required", title))
    return changes


def _came_and_went(old: Sequence[str], new: Sequence[str]) -> str:
    came = [f"+ {name}" for name in new if name not in old]
    went = [f"− {name}" for name in old if name not in new]
    return ", ".join(came + went)
