"""What became of a dataset from one version to another."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evaldesk.domain.dataset import (
    TIERS,
    DatasetVersion,
    GroupCount,
    ScenarioChange,
    ScenarioRow,
    VersionDifference,
    field_changes,
)

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


def difference(
    project: "Project", before: DatasetVersion, after: DatasetVersion
) -> VersionDifference:
    """Added, removed and changed scenarios, and the counts by tier and slice.

    A scenario whose input was changed is another scenario: it is among the removed and the added,
    and, where both share their key, in ``renamed`` as well.
    """
    one = {row.pk: row for row in project.datasets.each(before.pk)}
    other = {row.pk: row for row in project.datasets.each(after.pk)}
    added = [row for pk, row in other.items() if pk not in one]
    removed = [row for pk, row in one.items() if pk not in other]
    changed = []
    for pk, row in one.items():
        now = other.get(pk)
        if now is not None and now.description != row.description:
            changed.append(
                ScenarioChange(row, now, field_changes(row.description, now.description))
            )
    fresh = {row.key: row for row in added}
    return VersionDifference(
        before=before,
        after=after,
        added=added,
        removed=removed,
        changed=changed,
        same=sum(1 for pk in one if pk in other) - len(changed),
        counts=_counts(one, other),
        renamed=[(row, fresh[row.key]) for row in removed if row.key in fresh],
    )


def _counts(one: Mapping[int, ScenarioRow], other: Mapping[int, ScenarioRow]) -> list[GroupCount]:
    counted: dict[tuple[str, str], list[int]] = {}
    for side, rows in enumerate((one, other)):
        for row in rows.values():
            groups = [("tier", row.description.tier), *row.description.slices.items()]
            for name, value in groups:
                counted.setdefault((name, value), [0, 0])[side] += 1
    return [
        GroupCount(name, value, *counted[name, value])
        for name, value in sorted(counted, key=lambda item: group_order(*item))
    ]


def group_order(name: str, value: str) -> tuple[bool, str, int, str]:
    """Tiers first and the gravest of them first; what has no value last."""
    rank = TIERS.index(value) if name == "tier" and value in TIERS else len(TIERS)
    return (name != "tier", name, rank + (not value), value)
