"""The Datasets screen: versions at the left, what the one in sight holds, and how good it is."""

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QStackedLayout,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Changes
from evaldesk.services.datasets.versions import Made
from evaldesk.ui.screens.datasets.compare_tab import CompareTab
from evaldesk.ui.screens.datasets.controller import DatasetsController
from evaldesk.ui.screens.datasets.coverage_tab import CoverageTab
from evaldesk.ui.screens.datasets.duplicates_tab import DuplicatesTab
from evaldesk.ui.screens.datasets.leakage_tab import LeakageTab
from evaldesk.ui.screens.datasets.models import version_tooltip
from evaldesk.ui.screens.datasets.scenarios_pane import ScenariosPane
from evaldesk.ui.screens.datasets.tree_pane import TreePane
from evaldesk.ui.screens.datasets.version_menu import VersionMenu
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.card import hairline, pane
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.figures import counted
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.workspace import Workspace

_TABS = ("scenarios", "compare", "duplicates", "coverage", "leakage")


class DatasetsPage(Screen):
    """Versions of datasets. None is ever changed; saving makes the next one."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = DatasetsController(workspace, self)
        controller = self.controller
        keys = workspace.actions.keys
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.banner = Banner()
        outer.addWidget(self.banner)
        self._stack = QStackedLayout()
        outer.addLayout(self._stack, 1)
        self._stack.addWidget(pane("bg"))
        self.empty = self._empty()
        self._stack.addWidget(self.empty)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        self.tree = TreePane(self.tr("Make a version, name it, write it to a file"))
        splitter.addWidget(self.tree)
        self.scenarios = ScenariosPane(controller, keys("datasets.save"))
        self.compare = CompareTab(controller)
        self.duplicates = DuplicatesTab(
            controller, keys("datasets.drop"), keys("datasets.distinct")
        )
        self.coverage = CoverageTab(controller)
        self.leakage = LeakageTab(controller)
        splitter.addWidget(self._main())
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([232, 1000])
        self._stack.addWidget(splitter)
        self.making = VersionMenu(controller, lambda: self.scenarios.pks, self)
        controller.listed.connect(self._show_versions)
        controller.chosen.connect(self._show_version)
        controller.draft_changed.connect(self._show_draft)
        controller.saved.connect(self._say_saved)
        controller.failed.connect(self._show_failure)
        self.tree.picked.connect(self._pick)
        self.tree.new_wanted.connect(self._offer_new)
        self.scenarios.lineage.trace_wanted.connect(
            lambda pk: workspace.navigate("traces", trace=pk)
        )
        self.scenarios.lineage.version_wanted.connect(self._open_version)
        self.scenarios.description.slice_wanted.connect(self._ask_slice)
        self.scenarios.description.copied.connect(self._copy_scenario)
        self.compare.scenario_wanted.connect(self._open_scenario)
        self.leakage.scenario_wanted.connect(self._open_scenario)
        self.coverage.filter_wanted.connect(self._open_filter)
        self._bind()

    def _main(self) -> QWidget:
        main = QWidget()
        column = QVBoxLayout(main)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QWidget()
        head.setProperty("surface", "pane")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(head)
        row.setContentsMargins(8, 2, 10, 0)
        row.setSpacing(8)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.setAccessibleName(self.tr("Views of the version"))
        for text in (
            self.tr("Scenarios"),
            self.tr("Compare"),
            self.tr("Duplicates"),
            self.tr("Coverage"),
            self.tr("Leakage"),
        ):
            self.tabs.addTab(text)
        for place, name in enumerate(_TABS):
            self.tabs.setTabToolTip(place, self.workspace.actions.tooltip(f"datasets.{name}"))
        row.addWidget(self.tabs)
        row.addStretch(1)
        self.title = ElidedLabel("", kind="muted", mode=Qt.TextElideMode.ElideMiddle)
        self.title.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.title, 10)
        self.suite = Chip("", "accent")
        row.addWidget(self.suite)
        self.name_button = QPushButton(self.tr("Name as suite …"))
        self.name_button.setProperty("kind", "flat")
        self.name_button.setToolTip(self.workspace.actions.tooltip("datasets.freeze"))
        self.name_button.clicked.connect(lambda: self.making.freeze())
        row.addWidget(self.name_button)
        column.addWidget(head)
        column.addWidget(hairline())
        self.stage = QStackedWidget()
        for part in (
            self.scenarios,
            self.compare,
            self.duplicates,
            self.coverage,
            self.leakage,
        ):
            self.stage.addWidget(part)
        self.tabs.currentChanged.connect(self._turn_to)
        column.addWidget(self.stage, 1)
        column.addWidget(self.scenarios.foot)
        return main

    def _empty(self) -> EmptyState:
        empty = EmptyState(
            self.tr("No dataset yet"),
            self.tr(
                "A dataset holds the scenarios that systems are judged on, in versions that never "
                "change. Importing traces or a file of scenarios makes the first one."
            ),
        )
        empty.add_action(
            self.tr("Import files …"), lambda: self.workspace.navigate("import"), primary=True
        )
        return empty

    def _bind(self) -> None:
        def bind(name: str, run: Callable[[], object], able: Callable[[], bool]) -> None:
            self.workspace.actions.bind(self, f"datasets.{name}", run, able)

        controller, list_ = self.controller, self.scenarios

        def there() -> bool:
            return controller.version is not None

        def chosen() -> bool:
            return there() and self._is_tab("scenarios") and bool(list_.pks)

        def waiting() -> bool:
            return bool(controller.draft)

        for place, name in enumerate(_TABS):
            bind(name, partial(self._go, place), there)
        bind("filter", self._filter, there)
        bind("reset", self._reset, there)
        bind("lineage", lambda: list_.sides.setCurrentIndex(1), chosen)
        bind("edit", self._edit, chosen)
        bind("remove", list_.remove, chosen)
        bind(
            "copy_scenario",
            self._begin_copy,
            lambda: chosen() and len(list_.pks) == 1,
        )
        bind("next_version", lambda: self.tree.step(1), there)
        bind("previous_version", lambda: self.tree.step(-1), there)
        bind("save", list_.save, lambda: waiting() or there())
        bind("discard", controller.discard, waiting)
        bind("freeze", self.making.freeze, there)
        bind("only", self.making.only, lambda: there() and bool(list_.pks))
        bind("traces", self.making.from_run, lambda: bool(controller.runs))
        bind("merge", self.making.merge, lambda: len(controller.versions) > 1)
        bind("split", self.making.split, there)
        bind("export", self.making.export, there)
        bind("copy_id", self.making.copy_id, there)

        def doubles() -> bool:
            return self._is_tab("duplicates") and self.duplicates.found is not None

        bind("drop", self.duplicates.drop, doubles)
        bind("distinct", self.duplicates.keep, doubles)

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``trace`` shows where its scenario is from, ``version`` a version,
        ``scenario`` one of its scenarios, ``suite`` what a name stands for, ``runs`` what two
        runs stand on.
        """
        trace, version = place.get("trace"), place.get("version")
        if isinstance(trace, int):
            self.controller.find_trace(trace, self._show_lineage)
            return
        if place.get("suite"):
            self._when_loaded(lambda: self._show_suite(str(place["suite"])))
            return
        if place.get("runs"):
            self._when_loaded(lambda: self._show_ground(list(place["runs"])))
            return
        if isinstance(version, int):
            scenario = place.get("scenario")
            if isinstance(scenario, int):
                self._go(0)
                self.scenarios.show_scenario(scenario)
            self.controller.load(version)
            return
        if not self.controller.loaded:
            self.controller.load()

    def left(self) -> None:
        """What is being typed goes into the draft, which waits here."""
        self.scenarios.leave()

    def refresh(self, changes: Changes) -> None:
        """An import brought scenarios, or a suite was moved."""
        if changes.areas & {"datasets", "traces"}:
            self.controller.load()

    def unsaved(self) -> Any:
        """Versions that are being made: not JSON data, so they stay in memory."""
        return dict(self.controller.drafts) or None

    def take_unsaved(self, begun: Any) -> None:
        """Go on with them."""
        self.controller.drafts.update(begun)

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.banner.dismiss()
        self.controller.project_replaced()
        if self.workspace.project is not None and self.isVisible():
            self.controller.load()

    def breadcrumb(self) -> str:
        """The version."""
        version = self.controller.version
        return f"{version.dataset} · {version.short}" if version is not None else ""

    def status_text(self) -> str:
        """How many."""
        versions = self.controller.versions
        datasets = len({version.dataset for version in versions})
        if not versions:
            return ""
        return ", ".join(
            (
                counted(datasets, self.tr("%1 dataset"), self.tr("%1 datasets")),
                counted(len(versions), self.tr("%1 version"), self.tr("%1 versions")),
            )
        )

    def showcase(self) -> None:
        """The oldest version, with the lineage of a scenario that was revised."""
        self._go(0)
        if len(self.scenarios.model.ids):
            self.scenarios.table.select_row(0)

    # -- going about

    def _is_tab(self, name: str) -> bool:
        return self.tabs.currentIndex() == _TABS.index(name)

    def _go(self, place: int) -> None:
        self.tabs.setCurrentIndex(place)

    def _turn_to(self, place: int) -> None:
        self.scenarios.leave()
        self.stage.setCurrentIndex(place)
        self._begin_tab()

    def _begin_tab(self) -> None:
        if self._is_tab("compare"):
            self.compare.begin()
        elif self._is_tab("coverage"):
            self.coverage.begin()

    def _filter(self) -> None:
        self._go(0)
        self.scenarios.filter.setFocus()
        self.scenarios.filter.selectAll()

    def _reset(self) -> None:
        self._go(0)
        self.scenarios.reset()

    def _begin_copy(self) -> None:
        self.scenarios.sides.setCurrentIndex(0)
        self.scenarios.description.copy_button.click()

    def _edit(self) -> None:
        self.scenarios.sides.setCurrentIndex(0)
        self.scenarios.description.tier.setFocus()

    def _pick(self, version_pk: int) -> None:
        self.scenarios.leave()
        self.controller.choose(version_pk)

    def _open_version(self, version_pk: int) -> None:
        pks = self.scenarios.pks
        if pks:
            self.scenarios.show_scenario(pks[0])
        self.controller.choose(version_pk)
        self._show_versions()

    def _open_scenario(self, pk: int) -> None:
        self._go(0)
        self.scenarios.reset()
        self.scenarios.show_scenario(pk)

    def _open_filter(self, text: str) -> None:
        self._go(0)
        self.scenarios.show_filter(text)

    def _show_lineage(self, version_pk: int, scenario_pk: int) -> None:
        self._go(0)
        self.scenarios.show_scenario(scenario_pk, lineage=True)
        self.controller.load(version_pk)

    def _show_ground(self, runs: list[str]) -> None:
        versions = self.controller.versions_of_runs(runs)
        if not versions:
            return
        self.controller.choose(versions[-1].pk)
        self._show_versions()
        if len(versions) > 1:
            self._go(_TABS.index("compare"))
            self.compare.begin(versions[0].pk)
        else:
            self._go(0)

    def _show_suite(self, name: str) -> None:
        found = next((suite for suite in self.controller.suites if suite.name == name), None)
        if found is not None:
            self._go(0)
            self.controller.choose(found.version_pk)
            self._show_versions()

    def _when_loaded(self, then: Callable[[], object]) -> None:
        if self.controller.loaded:
            then()
            return

        def once() -> None:
            self.controller.listed.disconnect(once)
            # After the screen itself has shown what was read.
            QTimer.singleShot(0, self, then)

        self.controller.listed.connect(once)
        self.controller.load()

    # -- what the controller says

    def _show_versions(self) -> None:
        controller = self.controller
        current = controller.version.pk if controller.version is not None else 0
        self.tree.show_versions(list(controller.versions), current, controller.drafted)
        there = bool(controller.versions)
        self._stack.setCurrentIndex(2 if there else 1 if controller.loaded else 0)
        self._show_head()
        self.status_changed.emit()

    def _show_version(self) -> None:
        self._show_head()
        self._begin_tab()
        self.status_changed.emit()

    def _show_head(self) -> None:
        version = self.controller.version
        self.title.setText(
            f"{version.dataset} · {version.short} · {version.scenarios:,}"
            if version is not None
            else ""
        )
        if version is not None:
            self.title.setToolTip(version_tooltip(version))
        names = version.suites if version is not None else ()
        self.suite.setVisible(bool(names))
        self.suite.show_text(", ".join(names), "accent")

    def _show_draft(self) -> None:
        self.tree.model.mark(self.controller.drafted)
        self.status_changed.emit()

    def _say_saved(self, made: Made) -> None:
        self.banner.dismiss()
        version = made.version
        words = (
            self.tr("Saved {dataset} {version}: {n} scenarios")
            if made.new
            else self.tr("{dataset} {version} has just this content already")
        )
        self.workspace.say(
            words.format(dataset=version.dataset, version=version.short, n=f"{version.scenarios:,}")
        )

    def _show_failure(self, error: Exception) -> None:
        if isinstance(error, EvalDeskError):
            self.banner.show_message(error.message, error.hint)
        else:
            self.workspace.report(error)

    def _offer_new(self) -> None:
        self.tree.open_menu(self.making.menu())

    def _ask_slice(self) -> None:
        def add(name: str) -> None:
            bare = name.strip().removeprefix("slice.")
            controller = self.controller
            if bare and bare not in controller.slices:
                controller.slices = [*controller.slices, bare]
            self.scenarios.show_description()
            self.scenarios.description.focus_slice(bare)

        self.workspace.prompts.ask_text(
            self.tr("A further slice"),
            self.tr("Name"),
            add,
            detail=self.tr("Such as language, topic or channel; its value is written beside it."),
        )

    def _copy_scenario(self, key: str, content: object) -> None:
        from evaldesk.services.datasets.versions import copied

        project, version, pks = (
            self.workspace.project,
            self.controller.version,
            self.scenarios.pks,
        )
        if project is None or version is None or len(pks) != 1:
            return
        try:
            scenario = copied(project, version.pk, pks[0], key=key, content=content)
        except EvalDeskError as error:
            self._show_failure(error)
            return
        self.scenarios.description.copy_box.hide()
        self.banner.dismiss()
        self.controller.change(lambda draft: draft.new.append(scenario))
