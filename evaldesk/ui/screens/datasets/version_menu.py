"""What can be made of datasets, and what has to be asked before."""

import re
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from evaldesk.domain.dataset import DatasetVersion
from evaldesk.domain.errors import UsageError
from evaldesk.services.datasets.versions import DEFAULT_SEED
from evaldesk.ui.screens.datasets.compare_tab import version_words
from evaldesk.ui.screens.datasets.controller import DatasetsController

_MOST_VERSIONS = 40
_BY = re.compile(r"\s+by\s+", re.IGNORECASE)
_SEED = re.compile(r"\s+seed\s+(-?\d+)\s*$", re.IGNORECASE)


class VersionMenu(QObject):
    """Makes versions; asks for names, shares and filters first.

    Attributes:
        chosen: the scenarios (row numbers) that the list has chosen.
    """

    def __init__(
        self, controller: DatasetsController, chosen: Callable[[], list[int]], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._parent = parent
        self.chosen = chosen

    def menu(self) -> QMenu:
        """Everything that can be made now."""
        actions = self._controller.workspace.actions
        menu = QMenu(self._parent)
        there = self._controller.version is not None
        runs = menu.addMenu(self.tr("From a run's traces"))
        for run in reversed(list(self._controller.runs)[-_MOST_VERSIONS:]):
            runs.addAction(run.name, partial(self.from_run, run.name))
        runs.setEnabled(bool(self._controller.runs))
        only = menu.addAction(actions.text("datasets.only"), self.only)
        only.setEnabled(there and bool(self.chosen()))
        merge = menu.addMenu(self.tr("Merge with"))
        for version in reversed(self._others()):
            merge.addAction(version_words(version), partial(self._controller.merge, version))
        merge.setEnabled(bool(self._others()))
        split = menu.addAction(actions.text("datasets.split"), self.split)
        split.setEnabled(there)
        menu.addSeparator()
        freeze = menu.addAction(actions.text("datasets.freeze"), self.freeze)
        export = menu.addAction(actions.text("datasets.export"), self.export)
        copy = menu.addAction(actions.text("datasets.copy_id"), self.copy_id)
        for action in (freeze, export, copy):
            action.setEnabled(there)
        return menu

    def only(self) -> None:
        """A version of just the chosen scenarios."""
        version, pks = self._controller.version, self.chosen()
        if version is None or not pks:
            return
        self._controller.workspace.prompts.ask_text(
            self.tr("A version of {n} scenarios").format(n=f"{len(pks):,}"),
            self.tr("Dataset"),
            lambda name: self._controller.keep_only(
                pks,
                name,
                self.tr("{n} chosen of {version}").format(n=f"{len(pks):,}", version=version.short),
            ),
            value=f"{version.dataset} · {self.tr('selection')}",
            detail=self.tr("A new name makes a dataset; a known one gets a version."),
        )

    def from_run(self, run: str = "") -> None:
        """A version of the scenarios of a run's traces."""
        known = {item.name: item for item in self._controller.runs}
        if not run:
            run = next(reversed(known), "")
        if run not in known:
            return
        metric = next((name for name in known[run].metrics if name == "pass"), "")
        version = self._controller.version
        name = f"{version.dataset if version is not None else run} · {self.tr('selection')}"

        def named(where: str) -> None:
            self._controller.workspace.prompts.ask_text(
                self.tr("A version from {run}").format(run=run),
                self.tr("Dataset"),
                lambda dataset: self._controller.from_run(run, where, dataset),
                value=name,
            )

        self._controller.workspace.prompts.ask_text(
            self.tr("Which traces of {run}?").format(run=run),
            self.tr("Filter"),
            named,
            value=f"score.{metric} = 0" if metric else "status = ok",
            detail=self.tr("As in the list of traces; their scenarios become the version."),
        )

    def merge(self) -> None:
        """The versions there are to merge with, as a menu."""
        menu = QMenu(self._parent)
        for version in reversed(self._others()):
            menu.addAction(version_words(version), partial(self._controller.merge, version))
        if not menu.isEmpty():
            menu.popup(self._parent.mapToGlobal(self._parent.rect().center()))

    def split(self) -> None:
        """Part the version in sight at random."""
        version = self._controller.version
        if version is None:
            return
        self._controller.workspace.prompts.ask_text(
            self.tr("Split {name} at random").format(name=version.dataset),
            self.tr("Parts"),
            self._split,
            value="dev=20, test=80 by tier",
            detail=self.tr(
                "Names with their shares. “by” names tiers or slices that each part gets in the "
                "same shares; “seed 7” shuffles otherwise."
            ),
        )

    def _split(self, text: str) -> None:
        seed = DEFAULT_SEED
        found = _SEED.search(text)
        if found:
            seed, text = int(found[1]), text[: found.start()]
        parts, *rest = _BY.split(text, maxsplit=1)
        by = [name.strip() for name in re.split(r"[,\s]+", rest[0]) if name.strip()] if rest else []
        shares = {}
        for part in parts.split(","):
            name, _sign, share = part.partition("=")
            try:
                shares[name.strip()] = float(share)
            except ValueError:
                self._controller.failed.emit(
                    UsageError(
                        self.tr("“{part}” is no part.").format(part=part.strip()),
                        self.tr("Write NAME=SHARE, such as dev=20, test=80."),
                    )
                )
                return
        self._controller.split(shares, by, seed)

    def freeze(self) -> None:
        """Give the version in sight a name."""
        version = self._controller.version
        if version is None:
            return
        names = ", ".join(suite.name for suite in self._controller.suites)
        self._controller.workspace.prompts.ask_text(
            self.tr("Name {version} as a suite").format(version=version.short),
            self.tr("Suite"),
            self._controller.freeze,
            value=version.suites[0] if version.suites else "",
            detail=self.tr("A known name moves here and keeps its history: {names}").format(
                names=names
            )
            if names
            else self.tr("Comparisons can be restricted to a suite."),
        )

    def export(self) -> None:
        """Write the version in sight to a file."""
        version = self._controller.version
        if version is not None:
            self._controller.workspace.prompts.ask_save_file(
                self.tr("Write {n} scenarios").format(n=f"{version.scenarios:,}"),
                f"{version.dataset}-{version.short}.jsonl",
                self.tr("Scenarios (*.jsonl)"),
                self._controller.export,
            )

    def copy_id(self) -> None:
        """The version's id, for the clipboard."""
        version = self._controller.version
        if version is not None:
            QGuiApplication.clipboard().setText(version.id)
            self._controller.workspace.say(self.tr("Copied the version's id"))

    def _others(self) -> list[DatasetVersion]:
        version = self._controller.version
        return [
            item
            for item in self._controller.versions
            if version is not None and item.pk != version.pk
        ][-_MOST_VERSIONS:]
