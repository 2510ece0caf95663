"""Writing rubrics: what is wrong with a draft, templates, files."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from evaldesk.domain.errors import InputError
from evaldesk.domain.rubric import Rubric, Taxonomy
from evaldesk.settings import resource


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with a draft.

    Attributes:
        place: where, as in ``criteria[2].scale.points[0].value``; the same for a form and a file.
        message: what, and what to do about it.
    """

    place: str
    message: str


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
    for index, whole_item in enumerate(criteria):
        # By itself; what its condition looks at is checked with the whole.
        item = whole_item
        if isinstance(item, dict):
            item = {key: value for key, value in item.items() if key != "shown_if"}
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
