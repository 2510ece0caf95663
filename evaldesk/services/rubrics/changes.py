"""What a new version of a rubric changes, and which answers it leaves in force."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaldesk.domain.rubric import Criterion, Rubric

ChangeKind = Literal[
    "added",
    "removed",
    "order",
    "title",
    "question",
    "scale",
    "points",
    "anchors",
    "examples",
    "comments",
    "direction",
    "required",
    "group",
    "weight",
    "condition",
    "cannot_judge",
    "pairwise",
    "guidance",
    "failure_modes",
    "renamed_mode",
]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that a new version changes.

    Attributes:
        kind: what; see `ChangeKind`.
        criterion: title of the criterion; empty for the rubric as a whole.
        detail: what came and went, such as ``+ partly, − unsure``; may be empty.
        touches_answers: whether answers given to the version before do not hold any more.
        name: of the criterion; empty for the rubric as a whole.
    """

    kind: ChangeKind
    criterion: str = ""
    detail: str = ""
    touches_answers: bool = False
    name: str = ""


def differences(old: Rubric, new: Rubric) -> list[Change]:
    """What a new version changes, criterion by criterion. Criteria are matched by name."""
    changes: list[Change] = []
    before = {item.name: item for item in old.criteria}
    after = {item.name: item for item in new.criteria}
    for item in new.criteria:
        if item.name not in before:
            changes.append(Change("added", item.text, name=item.name))
        else:
            changes.extend(_criterion_changes(before[item.name], item))
    for item in old.criteria:
        if item.name not in after:
            changes.append(Change("removed", item.text, touches_answers=True, name=item.name))
    kept = [item.name for item in new.criteria if item.name in before]
    if kept != [item.name for item in old.criteria if item.name in after]:
        changes.append(Change("order"))
    if old.guidance != new.guidance:
        changes.append(Change("guidance"))
    changes.extend(_mode_changes(old, new))
    return changes


def touched(old: Rubric, new: Rubric) -> frozenset[str]:
    """Names of the new version's criteria that are another question than they were: what was
    answered to the old one is no answer to them. One that the old version did not have is touched.
    """
    before = {item.name: item for item in old.criteria}
    return frozenset(
        item.name
        for item in new.criteria
        if item.name not in before or not is_same_question(before[item.name], item)
    )


def is_same_question(old: Criterion, new: Criterion) -> bool:
    """Whether an answer to the one is an answer to the other."""
    return old == new or not any(change.touches_answers for change in _criterion_changes(old, new))


def _criterion_changes(old: Criterion, new: Criterion) -> list[Change]:
    found: list[tuple[ChangeKind, str, bool]] = []
    if old.text != new.text:
        found.append(("title", f"{old.text} → {new.text}", False))
    if old.question != new.question:
        found.append(("question", "", True))
    found.extend(_scale_changes(old, new))
    if old.direction != new.direction:
        found.append(("direction", f"{old.direction} → {new.direction}", False))
    if old.required != new.required:
        found.append(("required", "", False))
    if old.group != new.group:
        found.append(("group", f"{old.group or '–'} → {new.group or '–'}", False))
    if old.weight != new.weight:
        found.append(("weight", f"{old.weight:g} → {new.weight:g}", False))
    if old.shown_if != new.shown_if:
        found.append(("condition", "", False))
    if old.cannot_judge != new.cannot_judge:
        found.append(("cannot_judge", "", False))
    if old.pairwise != new.pairwise:
        found.append(("pairwise", "", False))
    return [Change(kind, new.text, detail, touches, new.name) for kind, detail, touches in found]


def _scale_changes(old: Criterion, new: Criterion) -> list[tuple[ChangeKind, str, bool]]:
    found: list[tuple[ChangeKind, str, bool]] = []
    one, two = old.scale, new.scale
    shape = (one.kind, one.minimum, one.maximum, one.unit)
    if shape != (two.kind, two.minimum, two.maximum, two.unit):
        found.append(("scale", f"{one.kind} → {two.kind}" if one.kind != two.kind else "", True))
    elif one.step != two.step:
        # The step is of the field to type into; the numbers mean what they meant.
        found.append(("scale", "", False))
    values = [str(point.value) for point in one.points]
    new_values = [str(point.value) for point in two.points]
    if values != new_values:
        found.append(("points", _came_and_went(values, new_values), True))
    before = {str(point.value): point for point in one.points}
    pairs = [
        (before[str(point.value)], point) for point in two.points if str(point.value) in before
    ]

    def where(*fields: str) -> str:
        return ", ".join(
            str(b.value)
            for a, b in pairs
            if any(getattr(a, field) != getattr(b, field) for field in fields)
        )

    for kind, detail, touches in (
        ("anchors", where("label", "anchor"), True),
        ("points", where("exclusive"), True),
        ("examples", where("examples"), False),
        ("comments", where("comment"), False),
    ):
        if detail:
            found.append((kind, detail, touches))  # type: ignore[arg-type]
    return found


def _mode_changes(old: Rubric, new: Rubric) -> list[Change]:
    if old.failure_modes == new.failure_modes:
        return []
    aliases = {alias: mode for mode in new.failure_modes for alias in mode.aliases}
    known = {mode.name for mode in new.failure_modes}
    before = {mode.name for mode in old.failure_modes}
    renamed = [
        (mode, aliases[mode.name])
        for mode in old.failure_modes
        if mode.name not in known and mode.name in aliases
    ]
    renames = [
        Change("renamed_mode", detail=f"{mode.name} → {now.name}")
        for mode, now in renamed
        if now.name not in before
    ]
    moved = {mode.name for mode, _ in renamed} | {now.name for _, now in renamed}
    came = [mode.text for mode in new.failure_modes if mode.name not in before | moved]
    gone = [mode.text for mode in old.failure_modes if mode.name not in known | moved]
    detail = ", ".join([*(f"+ {text}" for text in came), *(f"− {text}" for text in gone)])
    same = [mode for mode in new.failure_modes if mode.name in before]
    rest = [mode for mode in old.failure_modes if mode.name in known]
    if detail or same != rest or not renames:
        renames.append(Change("failure_modes", detail=detail, touches_answers=bool(gone)))
    return renames


def _came_and_went(old: Sequence[str], new: Sequence[str]) -> str:
    came = [f"+ {name}" for name in new if name not in old]
    went = [f"− {name}" for name in old if name not in new]
    return ", ".join(came + went)
