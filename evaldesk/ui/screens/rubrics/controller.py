"""Rubrics and their drafts. No widgets."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.errors import InputError
from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import Rubric, Taxonomy
from evaldesk.services.labelling.blinding import blindness
from evaldesk.services.rubrics import changes as rubric_changes
from evaldesk.services.rubrics import editing as rubric_editing
from evaldesk.services.rubrics import migration as rubric_migration
from evaldesk.services.rubrics.changes import Change
from evaldesk.services.rubrics.editing import Problem
from evaldesk.services.rubrics.migration import Reopening
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

Version = tuple[Rubric, str, str]
"""A version with its author and time."""


@dataclass(slots=True)
class Draft:
    """A rubric that is being written.

    Attributes:
        data: as `Rubric.to_json` writes it; the editor changes it in place.
        base: the version it began from; None for a new rubric.
    """

    data: dict[str, Any]
    base: Rubric | None

    @property
    def changed(self) -> bool:
        """Whether it differs from what it began from."""
        if self.base is None:
            return True
        return {**self.data, "version": 0} != {**self.base.to_json(), "version": 0}


class RubricsController(QObject):
    """Knows the rubrics and keeps a draft for each that was touched, until it is saved or
    discarded.

    Attributes:
        rubrics: the newest versions, by the order they were made.
        versions: of the chosen one, oldest first.
        name: of the chosen one; empty where none is. A new rubric stands under its own key.
        draft: what the editor shows; None where nothing is chosen.

    Signals:
        listed(): rubrics or versions changed. chosen(): another draft is shown.
        checked(): the draft was changed; problems and changes are up to date.
        weighed(): what saving would ask again is known; `reopening`.
        saved(rubric): a version was stored. failed(error): it could not be.
    """

    listed = Signal()
    chosen = Signal()
    checked = Signal()
    weighed = Signal()
    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._clear()

    def _clear(self) -> None:
        self.loaded = False
        self.rubrics: Sequence[Rubric] = ()
        self.versions: Sequence[Version] = ()
        self.drafts: dict[str, Draft] = {}
        self.name = ""
        self.draft: Draft | None = None
        self.problems: Sequence[Problem] = ()
        self.rubric: Rubric | None = None
        self.reopening: Reopening | None = None

    # -- what there is

    def load(self, name: str = "") -> None:
        """Read the rubrics; then choose one."""
        project = self.workspace.project
        if project is None:
            return
        wanted = name or self.name

        def done(found: tuple[list[Rubric], Sequence[Version]]) -> None:
            self.loaded = True
            self.rubrics = found[0]
            names = [rubric.name for rubric in self.rubrics]
            chosen = wanted if wanted in names or wanted in self.drafts else ""
            chosen = chosen or (names[0] if names else next(iter(self.drafts), ""))
            self._choose(chosen, found[1])

        self.workspace.jobs.read(lambda control: _read(project, wanted), done, key="rubrics")

    def choose(self, name: str) -> None:
        """Show a rubric: its draft where there is one, else its newest version."""
        if name != self.name:
            self.name = name
            self.load(name)

    def choose_version(self, version: int) -> None:
        """Begin a draft from an older version; saving it makes a newer one of it."""
        found = next((item[0] for item in self.versions if item[0].version == version), None)
        newest = self._newest(self.name)
        if found is None or newest is None:
            return
        if version == newest.version:
            self.discard()
            return
        self._show(self.name, Draft(found.to_json(), newest))

    def _choose(self, name: str, versions: Sequence[Version]) -> None:
        self.versions = [item for item in versions if item[0].name == name]
        newest = self._newest(name)
        draft = self.drafts.get(name)
        if draft is not None and newest is not None:
            draft.base = newest
        if draft is None and newest is not None:
            draft = Draft(newest.to_json(), newest)
        self._show(name, draft)

    def _show(self, name: str, draft: Draft | None) -> None:
        self.name, self.draft = name, draft
        self._check()
        self.listed.emit()
        self.chosen.emit()

    def _newest(self, name: str) -> Rubric | None:
        return next((rubric for rubric in self.rubrics if rubric.name == name), None)

    def project_replaced(self) -> None:
        """Another project, or none."""
        self._clear()
        self.listed.emit()
        self.chosen.emit()

    def unsaved(self) -> dict[str, Any]:
        """Rubrics that are being written, as JSON data."""
        begun = dict(self.drafts)
        if self.draft is not None and self.draft.changed:
            begun[self.name] = self.draft
        return {name: draft.data for name, draft in begun.items() if draft.changed}

    def take_unsaved(self, begun: Mapping[str, Any]) -> None:
        """Go on with them; what each began from is found when it is shown."""
        for name, data in begun.items():
            self.drafts[name] = Draft(dict(data), None)
            self.name = self.name or name

    # -- writing

    def new(self, template: Rubric | None = None) -> None:
        """Begin a rubric: empty, or from a template."""
        taken = [*(rubric.name for rubric in self.rubrics), *self.drafts]
        if template is None:
            name = rubric_editing.fresh_name(self.tr("New rubric"), taken)
            data: dict[str, Any] = {
                "name": name,
                "version": 0,
                "guidance": "",
                "criteria": [self.new_criterion(())],
                "failure_modes": [],
            }
        else:
            name = rubric_editing.fresh_name(template.name, taken)
            data = {**copy.deepcopy(template.to_json()), "name": name, "version": 0}
        self.versions = ()
        self.drafts[name] = Draft(data, None)
        self._show(name, self.drafts[name])

    def new_criterion(self, names: Sequence[str]) -> dict[str, Any]:
        """A question to begin with."""
        number = 1
        while f"question_{number}" in names:
            number += 1
        return {
            "name": f"question_{number}",
            "title": self.tr("Question {n}").format(n=number),
            "question": "",
            "scale": {
                "kind": "binary",
                "points": [
                    {"value": "no", "label": self.tr("No"), "anchor": ""},
                    {"value": "yes", "label": self.tr("Yes"), "anchor": ""},
                ],
            },
            "direction": "higher",
            "required": True,
        }

    def edited(self) -> None:
        """The editor has changed the draft."""
        draft = self.draft
        if draft is None:
            return
        if draft.base is None:
            # A new rubric is known by its name, which is still being typed.
            name = str(draft.data.get("name", ""))
            self.drafts = {
                (name if item is draft else key): item for key, item in self.drafts.items()
            }
            self.name = name
        elif draft.changed:
            self.drafts[self.name] = draft
        else:
            self.drafts.pop(self.name, None)
        self._check()
        self.listed.emit()

    def discard(self) -> None:
        """Forget the draft."""
        self.drafts.pop(self.name, None)
        newest = self._newest(self.name)
        if newest is not None:
            self._show(self.name, Draft(newest.to_json(), newest))
        else:
            self.name = ""
            self.load()

    def _check(self) -> None:
        self.problems, self.rubric = (), None
        if self.draft is not None:
            found = rubric_editing.problems(self.draft.data)
            taken = {rubric.name for rubric in self.rubrics}
            name = str(self.draft.data.get("name", "")).strip()
            if self.draft.base is None and name in taken:
                found.append(Problem("name", self.tr("There is a rubric of that name already.")))
            self.problems = found
            if not found:
                self.rubric = Rubric.from_json(self.draft.data)
        self.checked.emit()

    def weigh(self) -> None:
        """Count beside the window what saving would ask again of ratings that were submitted."""
        project, rubric, draft = self.workspace.project, self.rubric, self.draft
        user = self.workspace.user
        self.reopening = None
        if project is None or rubric is None or draft is None or draft.base is None:
            return
        if not draft.changed:
            return

        def done(found: Reopening) -> None:
            if rubric is self.rubric:
                self.reopening = found
                self.weighed.emit()

        self.workspace.jobs.read(
            lambda control: _weigh(project, rubric, user), done, key="reopening"
        )

    @property
    def next_version(self) -> int:
        """The number that saving gives."""
        return 1 if self.draft is None or self.draft.base is None else self.draft.base.version + 1

    @property
    def can_save(self) -> bool:
        """Whether there is something to save that is sound."""
        return self.rubric is not None and self.draft is not None and self.draft.changed

    def changes(self) -> list[Change]:
        """What saving would change."""
        if self.draft is None or self.draft.base is None or self.rubric is None:
            return []
        return rubric_changes.differences(self.draft.base, self.rubric)

    def save(self) -> None:
        """Store the draft as a new version."""
        if self.can_save:
            self.workspace.with_user(self._save)

    def _save(self) -> None:
        project, rubric, user = self.workspace.project, self.rubric, self.workspace.user
        key = self.name
        if project is None or rubric is None:
            return

        def done(stored: Rubric) -> None:
            self.drafts.pop(key, None)
            self.workspace.changed(Changes.of("rubrics"), "rubrics")
            self.load(stored.name)
            self.saved.emit(stored)

        self.workspace.jobs.write(
            lambda control: project.rubrics.save(rubric, user), done, self.failed.emit
        )

    # -- files

    def read_file(self, path: Path) -> None:
        """A rubric from a file becomes a draft; saving is the person's."""

        def done(rubric: Rubric) -> None:
            newest = self._newest(rubric.name)
            self.drafts[rubric.name] = Draft({**rubric.to_json(), "version": 0}, newest)
            self.name = rubric.name
            self.load(rubric.name)

        self.workspace.jobs.read(
            lambda control: rubric_editing.read_rubric(path), done, self.failed.emit
        )

    def write_file(self, path: Path) -> None:
        """What the editor shows, as a file."""
        rubric = self.rubric
        if rubric is None:
            self.failed.emit(
                InputError(self.tr("The draft is not a rubric yet."), self.problems[0].message)
            )
            return
        version = self.draft.base.version if self.draft is not None and self.draft.base else 0
        numbered = rubric.numbered(version)
        self.workspace.jobs.write(
            lambda control: rubric_editing.write_rubric(numbered, path),
            lambda _: self.workspace.say(self.tr("Wrote {name}").format(name=path.name)),
            self.failed.emit,
        )

    def templates(self) -> Sequence[Rubric]:
        """The rubrics that come with the program."""
        return rubric_editing.templates()

    def taxonomies(self) -> Sequence[Taxonomy]:
        """The failure modes that come with the program."""
        return rubric_editing.taxonomies()


def _weigh(project: "Project", rubric: Rubric, person: str) -> Reopening:
    """Of everybody's ratings; only of their own for a rater who has still some to give, to whom it
    would tell how far others are.
    """
    stands = blindness(project, rubric, person)
    mine = person if stands.at_stake and stands.rated else ""
    return rubric_migration.reopening(project, rubric, mine)


def _read(project: "Project", name: str) -> tuple[list[Rubric], Sequence[Version]]:
    rubrics = project.rubrics.list()
    names = [rubric.name for rubric in rubrics]
    chosen = name if name in names else (names[0] if names else "")
    return rubrics, project.rubrics.versions(chosen) if chosen else ()
