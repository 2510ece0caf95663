"""Scenarios of a version that ask the same, or nearly: what counts twice in every average."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import orjson

from evaldesk.domain.dataset import DatasetVersion, ScenarioQuery, ScenarioRow
from evaldesk.domain.errors import UsageError
from evaldesk.domain.identifiers import now
from evaldesk.services.datasets.near_duplicates import near_pairs
from evaldesk.services.datasets.scenario_text import input_text, normalised
from evaldesk.services.datasets.versions import Made, Progress, silent, version_from

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

Kind = Literal["text", "key", "near"]
"""text: the same text under several keys. key: several texts under one key. near: nearly the
same text."""

SIMILARITY = 0.9
_SETTING = "dataset.distinct"
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Likeness:
    """A scenario of a group, and how like it is to the group's first one, from 0 to 1."""

    row: ScenarioRow
    similarity: float


@dataclass(frozen=True, slots=True)
class Group:
    """Scenarios that belong together.

    Attributes:
        members: the first is what the others are compared with.
    """

    kind: Kind
    members: tuple[Likeness, ...]

    @property
    def similarity(self) -> float:
        """Of the member that is least like the first."""
        return min(item.similarity for item in self.members)


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What was found in a version.

    Attributes:
        groups: the same text first, then the same key, then the nearly same, most alike first.
        scenarios: how many were looked at. compared: pairs compared letter by letter.
        crowded: scenarios so like many others that only neighbours among them were compared.
        settled: groups that are left out because a person said that they are different.
    """

    version: DatasetVersion
    similarity: float
    groups: Sequence[Group]
    scenarios: int
    compared: int = 0
    crowded: int = 0
    settled: int = 0


@dataclass(frozen=True, slots=True)
class Distinct:
    """What a person said of scenarios that look alike: they are different, or shall both stay.

    Attributes:
        scenarios: their ids, sorted.
        note: why, in their words; may be empty.
    """

    scenarios: tuple[str, ...]
    author: str
    note: str
    created_at: str


@dataclass(slots=True)
class _Found:
    texts: dict[str, list[int]] = field(default_factory=dict)
    keys: dict[str, list[int]] = field(default_factory=dict)
    own: dict[int, str] = field(default_factory=dict)


def duplicates(
    project: "Project",
    version: DatasetVersion,
    *,
    similarity: float = SIMILARITY,
    progress: Progress = silent,
) -> Duplicates:
    """Find what is there twice, by the text of the input.

    Args:
        similarity: from 0.5 to 1: from where two texts count as nearly the same.
        progress: called with the fraction done; whatever it raises ends the search.

    Raises:
        UsageError: the similarity is out of bounds.
    """
    if not 0.5 <= similarity <= 1:
        raise UsageError("The similarity is from 0.5 to 1.")
    pks = project.datasets.ids(version.pk, ScenarioQuery())
    found = _read(project, pks, progress)
    groups: list[tuple[Kind, list[tuple[int, float]]]] = []
    for some in found.texts.values():
        if len(some) > 1:
            groups.append(("text", [(pk, 1.0) for pk in some]))
    near = _near(found, similarity, progress)
    groups.extend(("key", items) for items in _same_key(found))
    groups.extend(("near", items) for items in near.groups)
    wanted = sorted({pk for _, items in groups for pk, _ in items})
    rows = {row.pk: row for row in project.datasets.rows(version.pk, wanted)}
    said = {item.scenarios for item in distinct(project)}
    made, settled = [], 0
    for kind, items in groups:
        group = Group(kind, tuple(Likeness(rows[pk], alike) for pk, alike in items))
        if tuple(sorted(item.row.id for item in group.members)) in said:
            settled += 1
        else:
            made.append(group)
    order = {"text": 0, "key": 1, "near": 2}
    made.sort(key=lambda group: (order[group.kind], -group.similarity, group.members[0].row.key))
    return Duplicates(version, similarity, made, len(pks), near.compared, near.crowded, settled)


def distinct(project: "Project") -> list[Distinct]:
    """What people said are different, oldest first."""
    stored = project.get(_SETTING)
    return [
        Distinct(tuple(item["scenarios"]), item["author"], item["note"], item["created_at"])
        for item in (orjson.loads(stored) if stored else ())
    ]


def keep_distinct(project: "Project", group: Group, *, author: str, note: str = "") -> Distinct:
    """Say that the scenarios of a group are different: they are not shown again."""
    said = Distinct(
        tuple(sorted(item.row.id for item in group.members)), author, note.strip(), now()
    )
    every = [*distinct(project), said]
    content = [
        {
            "scenarios": list(item.scenarios),
            "author": item.author,
            "note": item.note,
            "created_at": item.created_at,
        }
        for item in every
    ]
    project.set(_SETTING, orjson.dumps(content).decode())
    return said


def drop(
    project: "Project",
    version: DatasetVersion,
    dropped: Mapping[int, str],
    *,
    author: str,
    note: str = "",
) -> Made:
    """The next version, without some scenarios.

    Args:
        dropped: scenario (row number) → why, such as ``97 % like RET-0442``.
    """
    rows = project.datasets.rows(version.pk, list(dropped))
    why = "; ".join(f"{row.key}: {dropped[row.pk]}" for row in rows[:20])
    more = f" and {len(rows) - 20} more" if len(rows) > 20 else ""
    said = f"Without duplicates ({why}{more})"
    return version_from(
        project,
        version,
        author=author,
        note=f"{note}. {said}" if note else said,
        remove=list(dropped),
    )


def _read(project: "Project", pks: Sequence[int], progress: Progress) -> _Found:
    found = _Found()
    for start in range(0, len(pks), _AT_ONCE):
        progress(0.3 * start / len(pks), "")
        for pk, key, content in project.datasets.inputs(pks[start : start + _AT_ONCE]):
            text = normalised(input_text(content))
            found.own[pk] = text
            found.keys.setdefault(key, []).append(pk)
            if text:
                found.texts.setdefault(text, []).append(pk)
    return found


def _same_key(found: _Found) -> list[list[tuple[int, float]]]:
    from rapidfuzz import fuzz

    groups = []
    for some in found.keys.values():
        if len({found.own[pk] for pk in some}) > 1:
            first = found.own[some[0]]
            groups.append([(pk, fuzz.ratio(first, found.own[pk]) / 100) for pk in some])
    return groups


@dataclass(slots=True)
class _Near:
    groups: list[list[tuple[int, float]]]
    compared: int
    crowded: int


def _near(found: _Found, similarity: float, progress: Progress) -> _Near:
    """Groups of nearly equal texts; a text that several scenarios share stands for them all."""
    texts = list(found.texts)
    near = near_pairs(texts, similarity, lambda part, text: progress(0.3 + 0.7 * part, text))
    alike: dict[int, dict[int, float]] = {}
    for one, other, share in near.pairs:
        alike.setdefault(one, {})[other] = share
        alike.setdefault(other, {})[one] = share
    groups = []
    for first, others in _stars(alike):
        items = [(found.texts[texts[first]][0], 1.0)]
        items.extend((found.texts[texts[index]][0], share) for index, share in others)
        keys = {pk for pk, _ in items}
        # One key with several texts is a group of its own kind already.
        if not any(keys <= set(some) for some in found.keys.values() if len(some) > 1):
            groups.append(items)
    return _Near(groups, near.compared, near.crowded)


def _stars(alike: Mapping[int, Mapping[int, float]]) -> list[tuple[int, list[tuple[int, float]]]]:
    """Groups round the texts that are like most others, so that every member is as like to the
    first as was asked. A text whose like ones all went elsewhere stands with the likest of them.
    """
    placed: set[int] = set()
    groups = []
    for first in sorted(alike, key=lambda index: (-len(alike[index]), index)):
        if first in placed:
            continue
        others = {index: share for index, share in alike[first].items() if index not in placed}
        if not others:
            index = max(alike[first], key=lambda index: (alike[first][index], -index))
            others = {index: alike[first][index]}
        placed.update((first, *others))
        groups.append((first, sorted(others.items(), key=lambda item: (-item[1], item[0]))))
    return groups
