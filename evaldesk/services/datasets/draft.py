"""What is to become the next version of a dataset, until it is saved or discarded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from evaldesk.domain.dataset import DatasetVersion, Description, ScenarioRow
from evaldesk.domain.errors import UsageError
from evaldesk.domain.trace import Scenario
from evaldesk.services.datasets.versions import Made, version_from

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

TEXT_FIELDS = ("title", "tier", "origin", "expected")
SLICE = "slice."


@dataclass(slots=True)
class VersionDraft:
    """Changes to a version that is itself never changed.

    Attributes:
        edits: scenario (row number) → what is to be said of it.
        removed: scenario → why it is to go; may be empty.
        added: scenarios of the project to take in. new: scenarios that it does not have.
    """

    base: DatasetVersion
    edits: dict[int, Description] = field(default_factory=dict)
    removed: dict[int, str] = field(default_factory=dict)
    added: list[int] = field(default_factory=list)
    new: list[Scenario] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.edits or self.removed or self.added or self.new)

    def described(self, row: ScenarioRow) -> Description:
        """What is said of a scenario at present: in the draft, or else in the version."""
        return self.edits.get(row.pk, row.description)

    def edit(self, rows: Sequence[ScenarioRow], name: str, value: str) -> None:
        """Say something else of scenarios.

        Args:
            name: ``title``, ``tier``, ``origin``, ``expected``, ``redactions`` (parted by ``;``)
                or ``slice.NAME``, whose empty value takes the slice away.
        """
        for row in rows:
            said = changed(self.described(row), name, value)
            if said == row.description:
                self.edits.pop(row.pk, None)
            else:
                self.edits[row.pk] = said

    def remove(self, pks: Mapping[int, str]) -> None:
        """Leave scenarios out."""
        self.removed.update(pks)

    def keep(self, pks: Sequence[int]) -> None:
        """Leave scenarios in after all."""
        for pk in pks:
            self.removed.pop(pk, None)

    def restore(self, pks: Sequence[int]) -> None:
        """Forget what was to become of these scenarios."""
        for pk in pks:
            self.removed.pop(pk, None)
            self.edits.pop(pk, None)

    def reasons(self) -> str:
        """Why scenarios go, where somebody said so; for the note."""
        said = [why for why in dict.fromkeys(self.removed.values()) if why]
        more = f" and {len(said) - 5} more reasons" if len(said) > 5 else ""
        return "; ".join(said[:5]) + more

    def summary(self) -> str:
        """What changes, for a version that nobody wrote a note for."""
        parts = (
            (len(set(self.edits) - set(self.removed)), "described anew"),
            (len(self.removed), "left out"),
            (len(self.added) + len(self.new), "taken in"),
        )
        return ", ".join(f"{number:,} {what}" for number, what in parts if number)

    def save(self, project: "Project", *, author: str, note: str) -> Made:
        """One new version with everything.

        Raises:
            UsageError: there is nothing to save, or nothing would be left.
        """
        if not self:
            raise UsageError("Nothing was changed.", "Change something first.")
        why = self.reasons()
        return version_from(
            project,
            self.base,
            author=author,
            note=". ".join(part for part in (note.strip(), why) if part) or self.summary(),
            add=self.added,
            remove=list(self.removed),
            edits={pk: said for pk, said in self.edits.items() if pk not in self.removed},
            new=self.new,
        )


def changed(said: Description, name: str, value: str) -> Description:
    """A description with one field otherwise; see `VersionDraft.edit`."""
    if name.startswith(SLICE):
        bare = name.removeprefix(SLICE)
        slices = {key: kept for key, kept in said.slices.items() if key != bare}
        if value.strip():
            slices[bare] = value.strip()
        return replace(said, slices=slices)
    if name == "redactions":
        parts = (part.strip() for part in value.split(";"))
        return replace(said, redactions=tuple(dict.fromkeys(part for part in parts if part)))
    if name not in TEXT_FIELDS:
        raise KeyError(name)
    text = value if name == "expected" else " ".join(value.split())
    if name == "title":
        return replace(said, title=text)
    if name == "tier":
        return replace(said, tier=text)
    if name == "origin":
        return replace(said, origin=text)
    return replace(said, expected=text)


def common(said: Sequence[Description], name: str) -> str | None:
    """The value that all of them share; None where they differ."""
    values = {field_value(item, name) for item in said}
    return values.pop() if len(values) == 1 else None


def field_value(said: Description, name: str) -> str:
    """One field as text."""
    if name.startswith(SLICE):
        return said.slices.get(name.removeprefix(SLICE), "")
    if name == "redactions":
        return "; ".join(said.redactions)
    return str(getattr(said, name))
