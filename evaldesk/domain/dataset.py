"""Test cases as people keep them: described, in versions that never change, under names.

A scenario *is* its key and input. What is said of it (its `Description`) may be revised; a version
of a dataset holds scenarios, each as of one revision.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from evaldesk.domain.query import Filter

TIERS = ("critical", "important", "nice-to-have")
"""The tiers that gates and reports know, the gravest first; other words are kept as they are."""

ORIGINS = ("support", "SME", "synthetic", "incident", "red-team")

FIELDS = ("tier", "slices", "expected", "origin", "title", "redactions")
"""What a description holds; the input is no part of it."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is said of a scenario.

    Attributes:
        tier: ``critical``, ``important``, ``nice-to-have``, or empty where nobody said.
        slices: name → value.
        expected: the expected behaviour or reference answer.
        origin: support, SME, synthetic, incident, red-team, or the name of a benchmark.
        title: a short line for lists.
        redactions: what was taken out of the text before it came here, such as ``names``.
    """

    tier: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)
    expected: str = ""
    origin: str = ""
    title: str = ""
    redactions: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The content of a revision, in the shape of ``docs/file-format.md``."""
        return {
            "tier": self.tier,
            "slices": dict(self.slices),
            "expected": self.expected,
            "origin": self.origin,
            "title": self.title,
            "redactions": list(self.redactions),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> "Description":
        """What `to_json` wrote; what is missing is empty."""
        return cls(
            tier=str(content.get("tier") or ""),
            slices={str(key): str(value) for key, value in (content.get("slices") or {}).items()},
            expected=str(content.get("expected") or ""),
            origin=str(content.get("origin") or ""),
            title=str(content.get("title") or ""),
            redactions=tuple(str(item) for item in content.get("redactions") or ()),
        )

    def completed(self, other: "Description") -> "Description":
        """The same with what ``other`` says where this says nothing; never another title."""
        return replace(
            self,
            tier=self.tier or other.tier,
            expected=self.expected or other.expected,
            origin=self.origin or other.origin,
            slices={**other.slices, **self.slices},
            redactions=(
                *self.redactions,
                *(item for item in other.redactions if item not in self.redactions),
            ),
        )


@dataclass(frozen=True, slots=True)
class Member:
    """A scenario in a version.

    Attributes:
        pk: the scenario's row number.
        id: the scenario's id, hexadecimal.
        revision: number of its description.
    """

    pk: int
    id: str
    revision: int = 0


@dataclass(frozen=True, slots=True)
class ScenarioRow:
    """A scenario as a version holds it: what lists show.

    Attributes:
        pk: the project's own row number, not to be exported.
        revision: number of its description in this version; ``latest`` of the newest one.
    """

    pk: int
    id: str
    key: str
    description: Description
    revision: int = 0
    latest: int = 0


@dataclass(frozen=True, slots=True)
class Revision:
    """What a scenario's description became.

    Attributes:
        number: 0 is what was imported.
        author, note, created_at: empty for what was imported and never revised.
    """

    number: int
    id: str
    description: Description
    author: str = ""
    note: str = ""
    created_at: str = ""


@dataclass(frozen=True, slots=True)
class Suite:
    """A name that was given to a dataset version.

    Attributes:
        version: id of the version; ``dataset`` it is of.
        version_pk: its row number.
    """

    name: str
    dataset: str
    version: str
    version_pk: int
    author: str
    note: str
    created_at: str


@dataclass(frozen=True, slots=True)
class DatasetVersion:
    """An immutable set of scenarios, each as of one description.

    Attributes:
        pk: the project's own row number.
        id: hash of its content: of its scenarios, and of what was said anew of them.
        parent: id of the version it was made from; empty for the first.
        scenarios: how many.
        runs: names of the runs that stand on it. suites: names that stand for it now.
    """

    pk: int
    id: str
    dataset: str
    parent: str
    parent_pk: int
    author: str
    note: str
    created_at: str
    scenarios: int
    runs: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()

    @property
    def short(self) -> str:
        """The start of its id, enough for people."""
        return self.id[:8]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of a description that differs.

    Attributes:
        name: one of `FIELDS`, slices as ``slice.NAME``.
        before, after: the values; empty where there was or is none.
    """

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ScenarioChange:
    """A scenario that two versions describe differently."""

    before: ScenarioRow
    after: ScenarioRow
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class GroupCount:
    """How many scenarios of a tier or slice either version holds."""

    name: str
    value: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """What became of a version.

    Attributes:
        added, removed: scenarios of one only. changed: described differently.
        same: how many are the same in both.
        counts: by tier and by each slice.
        renamed: pairs (removed, added) that share a key: its input was changed.
    """

    before: DatasetVersion
    after: DatasetVersion
    added: Sequence[ScenarioRow]
    removed: Sequence[ScenarioRow]
    changed: Sequence[ScenarioChange]
    same: int
    counts: Sequence[GroupCount]
    renamed: Sequence[tuple[ScenarioRow, ScenarioRow]] = ()


SCENARIO_SORTS = ("imported", "scenario", "title", "tier", "origin", "expected", "revision")
"""What a list of scenarios can be sorted by, besides ``slice.NAME``; a leading ``-`` turns the
order round."""

SCENARIO_FIELDS = ("id", "scenario", "title", "tier", "origin", "expected", "revision")
"""What a filter of scenarios can ask for, besides ``slice.NAME``."""


@dataclass(frozen=True, slots=True)
class ScenarioQuery:
    """Which scenarios of a version a list shows.

    Attributes:
        words: all of them stand in key, title or expected behaviour; empty for none.
        where: filter over `SCENARIO_FIELDS`; None for none.
        sort: one of `SCENARIO_SORTS` or ``slice.NAME``.
    """

    words: str = ""
    where: Filter | None = None
    sort: str = "scenario"


def field_changes(before: Description, after: Description) -> tuple[FieldChange, ...]:
    """What differs, field by field, slices one by one."""
    found = [
        FieldChange(name, getattr(before, name), getattr(after, name))
        for name in ("title", "tier", "origin", "expected")
        if getattr(before, name) != getattr(after, name)
    ]
    names = sorted({*before.slices, *after.slices})
    found.extend(
        FieldChange(f"slice.{name}", before.slices.get(name, ""), after.slices.get(name, ""))
        for name in names
        if before.slices.get(name) != after.slices.get(name)
    )
    if before.redactions != after.redactions:
        found.append(
            FieldChange("redactions", "; ".join(before.redactions), "; ".join(after.redactions))
        )
    return tuple(found)
