"""Making dataset versions: from traces, from other versions, by editing what is said of scenarios.

A version is never changed: each of these makes a new one, whose parent is the version it came
from. Two versions with one parent are two branches.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from evaldesk.domain.dataset import DatasetVersion, Description, ScenarioQuery, ScenarioRow
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.trace import Scenario

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

DEFAULT_SEED = 20261
COPIED = "copied_from"
"""In the metadata of a scenario that was copied: the id of the one it was copied from."""


@dataclass(frozen=True, slots=True)
class Made:
    """What came of making a version.

    Attributes:
        version: it.
        new: whether it was made; False where a version with just this content was there.
    """

    version: DatasetVersion
    new: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a split: a version of a dataset of its own."""

    name: str
    share: float
    made: Made


@dataclass(frozen=True, slots=True)
class Merged:
    """A merge of two versions.

    Attributes:
        differing: scenarios that the two describe differently; the first one's words were taken.
    """

    made: Made
    differing: int


def version_of(
    project: "Project", dataset: str, scenarios: Sequence[int], *, author: str, note: str = ""
) -> Made:
    """A version with these scenarios (row numbers), as they are described now.

    Raises:
        UsageError: there is none.
    """
    if not scenarios:
        raise UsageError("No scenario is chosen.", "Check the filter.")
    members = project.datasets.latest(list(dict.fromkeys(scenarios)))
    return _make(project, dataset, members, author=author, note=note)


def version_from_traces(
    project: "Project", dataset: str, query: TraceQuery, *, author: str, note: str = ""
) -> Made:
    """A version with the scenarios of the traces that match, as they are described now.

    Raises:
        UsageError: none matches.
    """
    pks = project.datasets.of_traces(project.traces.ids(query))
    return version_of(project, dataset, pks, author=author, note=note)


def version_from(
    project: "Project",
    base: DatasetVersion,
    *,
    author: str,
    note: str = "",
    dataset: str = "",
    only: Sequence[int] | None = None,
    add: Sequence[int] = (),
    remove: Sequence[int] = (),
    edits: Mapping[int, Description] | None = None,
    new: Sequence[Scenario] = (),
) -> Made:
    """A version that differs from another one.

    Args:
        dataset: where it goes; empty for the same dataset.
        only: keep just these of ``base`` (row numbers); None for all.
        add: scenarios to take in, as they are described now. remove: those to leave out.
        edits: scenario → what is said of it from here on.
        new: scenarios that the project may not have yet.

    Raises:
        UsageError: nothing would be left.
    """
    members = project.datasets.members(base.pk)
    if only is not None:
        kept = set(only)
        members = {pk: number for pk, number in members.items() if pk in kept}
    latest = project.datasets.latest([pk for pk in add if pk not in members])
    members.update(latest)
    for pk in remove:
        members.pop(pk, None)
    if not members and not new:
        raise UsageError("No scenario would be left.", "Keep at least one.")
    return _make(
        project,
        dataset or base.dataset,
        members,
        parent=base.pk,
        author=author,
        note=note,
        edits=edits,
        new=new,
    )


def merge(
    project: "Project",
    first: DatasetVersion,
    second: DatasetVersion,
    *,
    author: str,
    note: str = "",
    dataset: str = "",
) -> Merged:
    """A version with the scenarios of both; what both hold is described as in the first."""
    one, other = project.datasets.members(first.pk), project.datasets.members(second.pk)
    shared = [pk for pk in one if pk in other and one[pk] != other[pk]]
    ours = {row.pk: row.description for row in project.datasets.rows(first.pk, shared)}
    differing = sum(
        1 for row in project.datasets.rows(second.pk, shared) if row.description != ours[row.pk]
    )
    made = _make(
        project,
        dataset or first.dataset,
        {**other, **one},
        parent=first.pk,
        author=author,
        note=note or f"Merged with {second.dataset} {second.short}",
    )
    return Merged(made, differing)


def split(
    project: "Project",
    base: DatasetVersion,
    shares: Mapping[str, float],
    *,
    by: Sequence[str] = (),
    seed: int = DEFAULT_SEED,
    author: str,
    note: str = "",
) -> list[Part]:
    """Part a version at random into versions that hold each scenario once, each in a dataset of
    its own, ``DATASET · NAME``, whose first version has ``base`` for its parent.

    Args:
        shares: name of the part → its share of the whole, in any unit: ``{"dev": 20,
            "test": 80}``.
        by: tier, origin or slices whose values each part gets in the same shares.
        seed: of the shuffle; the same seed parts the same scenarios alike in any file.

    Raises:
        UsageError: fewer than two parts, a share that is not positive, or a part that would be
            empty. NotFoundError: no such slice.
    """
    if len(shares) < 2 or any(not share > 0 for share in shares.values()):
        raise UsageError("A split needs at least two parts, each with a share above 0.")
    rows = list(project.datasets.each(base.pk))
    parts = split_rows(rows, shares, by=by, seed=seed)
    empty = [name for name, held in parts.items() if not held]
    if empty:
        raise UsageError(
            f"The part “{empty[0]}” would be empty.",
            f"There are {len(rows)} scenarios; give it a larger share.",
        )
    total = sum(shares.values())
    how = f", stratified by {', '.join(by)}" if by else ""
    found = []
    for name, held in parts.items():
        said = f"{shares[name] / total:.0%} of {base.short}, seed {seed}{how}"
        made = _make(
            project,
            f"{base.dataset} · {name}",
            {row.pk: row.revision for row in held},
            parent=base.pk,
            author=author,
            note=f"{note}: {said}" if note else f"Split: {said}",
        )
        found.append(Part(name, shares[name] / total, made))
    return found


def split_rows(
    rows: Sequence[ScenarioRow],
    shares: Mapping[str, float],
    *,
    by: Sequence[str] = (),
    seed: int = DEFAULT_SEED,
) -> dict[str, list[ScenarioRow]]:
    """The parts of a split; within a stratum a part is off its share by less than one scenario
    for each part there is.
    """
    check_groups(rows, by)
    strata: dict[tuple[str, ...], list[ScenarioRow]] = {}
    for row in sorted(rows, key=lambda row: row.id):
        strata.setdefault(tuple(group_of(row, name) for name in by), []).append(row)
    total = sum(shares.values())
    parts: dict[str, list[ScenarioRow]] = {name: [] for name in shares}
    shuffle = random.Random(seed).shuffle
    placed = 0
    for key in sorted(strata):
        members = strata[key]
        shuffle(members)
        here = dict.fromkeys(shares, 0)
        for number, row in enumerate(members, start=1):
            placed += 1
            # The part that is furthest behind in this stratum, then in all.
            name = max(
                shares,
                key=lambda name: (
                    round(shares[name] / total * number - here[name], 9),
                    shares[name] / total * placed - len(parts[name]),
                ),
            )
            here[name] += 1
            parts[name].append(row)
    return parts


def group_of(row: ScenarioRow, name: str) -> str:
    """The value of ``tier``, ``origin`` or a slice of a scenario; empty where it has none."""
    if name in ("tier", "origin"):
        return str(getattr(row.description, name))
    return row.description.slices.get(name.removeprefix("slice."), "")


def check_groups(rows: Sequence[ScenarioRow], by: Sequence[str]) -> None:
    """That the scenarios know what they are to be grouped by.

    Raises:
        NotFoundError: no such slice; offers the nearest.
    """
    known = {"tier", "origin", *(name for row in rows for name in row.description.slices)}
    for name in by:
        if name.removeprefix("slice.") not in known:
            raise NotFoundError.among("slice", name, known)


def edited(
    description: Description,
    *,
    tier: str | None = None,
    origin: str | None = None,
    expected: str | None = None,
    title: str | None = None,
    slices: Mapping[str, str] | None = None,
    redactions: Sequence[str] = (),
) -> Description:
    """The same with other words; None leaves a field as it is, a slice without value goes."""
    said = {**description.slices, **(slices or {})}
    return replace(
        description,
        tier=description.tier if tier is None else tier.strip(),
        origin=description.origin if origin is None else origin.strip(),
        expected=description.expected if expected is None else expected,
        title=description.title if title is None else " ".join(title.split()),
        slices={name.strip(): value.strip() for name, value in said.items() if value.strip()},
        redactions=tuple(dict.fromkeys((*description.redactions, *redactions))),
    )


def copied(
    project: "Project", version_pk: int, scenario_pk: int, *, key: str, content: Any
) -> Scenario:
    """A scenario like another one that asks something else, to put into a version: another input
    is another scenario.

    Raises:
        UsageError: no key, or neither key nor input differ.
    """
    before = project.datasets.scenario(scenario_pk, version_pk)
    key = key.strip()
    if not key:
        raise UsageError("The copy has no key.", "Give it one.")
    if key == before.key and content == before.input:
        raise UsageError(
            "Neither key nor input differ, so it is the same scenario.", "Change one of them."
        )
    row = project.datasets.rows(version_pk, [scenario_pk])[0]
    # A title that was made from the input would speak of the other text.
    title = "" if content != before.input else before.title
    return replace(
        before,
        key=key,
        input=content,
        title=title,
        metadata={**before.metadata, COPIED: row.id},
    )


def chosen(
    project: "Project", version: DatasetVersion, query: ScenarioQuery, references: Sequence[str]
) -> list[int]:
    """Row numbers of the scenarios of a version that a filter or their keys name.

    Raises:
        NotFoundError: an unknown key, field or slice.
    """
    named = project.datasets.find_scenarios(references, version.pk)
    if not query.words and query.where is None:
        return named
    return list(dict.fromkeys([*named, *project.datasets.ids(version.pk, query)]))


def _make(project: "Project", dataset: str, members: Mapping[int, int], **more: Any) -> Made:
    before = {version.pk for version in project.datasets.versions()}
    version = project.datasets.make(dataset, members, **more)
    return Made(version, version.pk not in before)


Progress = Callable[[float, str], None]
"""Called with the fraction done, from 0 to 1, and what is being done. Raises to cancel."""


def silent(fraction: float, text: str) -> None:
    """Nobody watches."""
