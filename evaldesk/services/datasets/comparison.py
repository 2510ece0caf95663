"""What became of a dataset from one version to another."""

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
    one, other = project.datasets.members(before.pk), project.datasets.members(after.pk)
    added = _rows(project, after, [pk for pk in other if pk not in one])
    removed = _rows(project, before, [pk for pk in one if pk not in other])
    # What has the same revision is described alike; the other way round it need not be.
    otherwise = [pk for pk in one if pk in other and one[pk] != other[pk]]
    now = {row.pk: row for row in _rows(project, after, otherwise)}
    changed = [
        ScenarioChange(row, now[row.pk], field_changes(row.description, now[row.pk].description))
        for row in _rows(project, before, otherwise)
        if row.description != now[row.pk].description
    ]
    fresh = {row.key: row for row in added}
    return VersionDifference(
        before=before,
        after=after,
        added=added,
        removed=removed,
        changed=changed,
        same=len(one) - len(removed) - len(changed),
        counts=_counts(project, before, after),
        renamed=[(row, fresh[row.key]) for row in removed if row.key in fresh],
    )


def _rows(project: "Project", version: DatasetVersion, pks: list[int]) -> list[ScenarioRow]:
    return sorted(project.datasets.rows(version.pk, pks), key=lambda row: row.key)


def _counts(project: "Project", before: DatasetVersion, after: DatasetVersion) -> list[GroupCount]:
    one, other = project.datasets.counts(before.pk), project.datasets.counts(after.pk)
    return [
        GroupCount(name, value, one.get((name, value), 0), other.get((name, value), 0))
        for name, value in sorted({*one, *other}, key=lambda item: group_order(*item))
    ]


def group_order(name: str, value: str) -> tuple[bool, str, int, str]:
    """Tiers first and the gravest of them first; what has no value last."""
    rank = TIERS.index(value) if name == "tier" and value in TIERS else len(TIERS)
    return (name != "tier", name, rank + (not value), value)
