"""The Privacy screen: what was found, what is decided about it, and what leaves."""

from functools import partial
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.privacy import Verdict
from evaldesk.domain.project import Changes
from evaldesk.services.privacy.finding_review import ShownGroup
from evaldesk.ui.screens.privacy.controller import Listed, PrivacyController
from evaldesk.ui.screens.privacy.models import (
    KIND,
    PLACES,
    SAID,
    TEXT,
    TRACES,
    GroupTableModel,
    kind_title,
)
from evaldesk.ui.screens.privacy.places_pane import PlacesPane
from evaldesk.ui.screens.privacy.rules_panes import (
    LimitsCard,
    ListsCard,
    ProfileCard,
    RetentionCard,
    scrolled,
)
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.theme.measure import px
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, hairline, pane, text_label
from evaldesk.ui.widgets.table import Table
from evaldesk.ui.widgets.typed_hint import SETTING as TYPED
from evaldesk.ui.workspace import Workspace


class PrivacyPage(Screen):
    """Lists texts that were found, shows their places, takes decisions, and edits the rules."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = PrivacyController(workspace, self)
        self.model = GroupTableModel(self)
        self._shown: ShownGroup | None = None
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        self.banner = Banner()
        outer.addWidget(self.banner)
        outer.addWidget(self._bar())
        outer.addWidget(hairline())
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        splitter.setHandleWidth(1)
        self.table = Table(name=self.tr("Texts that were found"))
        self.table.setSortingEnabled(False)
        self.table.setModel(self.model)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(TEXT, header.ResizeMode.Stretch)
        for column, width in ((KIND, 160), (PLACES, 72), (TRACES, 72), (SAID, 84)):
            header.resizeSection(column, px(width))
        splitter.addWidget(self.table)
        splitter.addWidget(self._side())
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([700, 560])
        outer.addWidget(splitter, 1)
        controller = self.controller
        controller.listed.connect(self._show_list)
        controller.block_read.connect(self._take_block)
        controller.places_read.connect(self.places.show_places)
        controller.decided.connect(self._decided)
        controller.busy_changed.connect(lambda busy: self.scan_button.setEnabled(not busy))
        self.model.block_wanted.connect(controller.read_block)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.table.chosen.connect(lambda _: self.places.list.setFocus())
        self.table.copied.connect(
            lambda rows: workspace.say(self.tr("Copied %1 rows").replace("%1", f"{rows:,}"))
        )
        self._bind()

    # -- making

    def _bar(self) -> QWidget:
        bar = pane()
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(8)
        actions = self.workspace.actions
        self.kind = self._choice(self.tr("Kind"))
        self.kind.activated.connect(lambda _: self._narrow())
        self.profile = self._choice(self.tr("Profile"))
        self.profile.activated.connect(lambda _: self._other_profile())
        self.policy = self._choice(self.tr("What happens with what leaves"))
        self.policy.activated.connect(
            lambda _: self.controller.set_policy(self.policy.currentData())
        )
        self.scan_button = ActionButton(
            self.tr("Look for personal data"), actions.keys("privacy.scan"), kind="primary"
        )
        self.scan_button.clicked.connect(self.controller.scan)
        for box in (self.kind, self.profile):
            row.addWidget(box)
        row.addStretch(1)
        row.addWidget(self.policy)
        row.addWidget(self.scan_button)
        return bar

    def _choice(self, name: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return box

    def _side(self) -> QWidget:
        side = pane()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.places = PlacesPane(self.workspace)
        self.places.decided.connect(self.controller.decide)
        self.profile_card = ProfileCard()
        self.profile_card.changed.connect(self.controller.save_profile)
        self.lists_card = ListsCard()
        self.lists_card.saved.connect(self.controller.save_terms)
        self.retention_card = RetentionCard()
        self.retention_card.wanted.connect(self._delete_due)
        self.stack = QStackedWidget()
        row = QHBoxLayout()
        row.setContentsMargins(16, 8, 16, 0)
        row.setSpacing(6)
        self.tabs: list[ActionButton] = []
        for words, widget in (
            (self.tr("Places"), self.places),
            (self.tr("Profile"), scrolled(self.profile_card)),
            (self.tr("Lists"), scrolled(self.lists_card)),
            (self.tr("Retention"), scrolled(self.retention_card)),
            (self.tr("Limits"), scrolled(LimitsCard(), self._typing_card())),
        ):
            place = self.stack.addWidget(widget)
            tab = ActionButton(words, kind="choice")
            tab.clicked.connect(lambda _=False, place=place: self.show_tab(place))
            self.tabs.append(tab)
            row.addWidget(tab)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.stack, 1)
        self.show_tab(0)
        return side

    def _typing_card(self) -> QWidget:
        card = Card(self.tr("While you type"))
        self.typing = QCheckBox(self.tr("Say when a note looks like personal data"))
        settings = self.workspace.settings
        self.typing.setChecked(bool(settings.get(TYPED, True)))
        self.typing.toggled.connect(lambda on: settings.put(TYPED, on))
        card.body.addWidget(self.typing)
        told = self.tr("A line below the field; nothing is held back and nothing of it is kept.")
        card.body.addWidget(text_label(told, "muted", wrap=True))
        return card

    def _bind(self) -> None:
        bind = self.workspace.actions.bind
        bind(self, "privacy.scan", self.controller.scan, lambda: not self.controller.busy)
        bind(self, "privacy.kind", self.kind.showPopup)
        bind(self, "privacy.profile", self.profile.showPopup)
        verdicts: tuple[Verdict, ...] = ("accept", "reject", "always", "never")
        for verdict in verdicts:
            bind(
                self,
                f"privacy.{verdict}",
                partial(self.places.say, verdict),
                lambda: self.places.place is not None,
            )
        bind(self, "privacy.undo", self.controller.undo, lambda: self.controller.can_undo)
        bind(self, "privacy.trace", self._open_trace, lambda: self.places.place is not None)

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``kind`` narrows the list."""
        if "kind" in place:
            self.controller.kind = str(place["kind"])
        self.controller.load()
        self.table.setFocus()

    def refresh(self, changes: Changes) -> None:
        """Traces came or went, or somebody decided."""
        if changes.areas & {"traces", "settings"}:
            self.controller.load()

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.banner.dismiss()
        self.controller.project_replaced()
        self.places.show_group(None)

    def breadcrumb(self) -> str:
        """How many texts are listed."""
        found = self.controller.found
        if found is None:
            return ""
        return self.tr("%1 texts").replace("%1", f"{len(found.firsts):,}")

    def status_text(self) -> str:
        """How much was not looked through."""
        found = self.controller.found
        if found is None or not found.unscanned:
            return ""
        return self.tr("%1 traces not looked through").replace("%1", f"{found.unscanned:,}")

    # -- what a person does

    def show_tab(self, place: int) -> None:
        """Another pane at the side."""
        self.stack.setCurrentIndex(place)
        for index, tab in enumerate(self.tabs):
            tab.setChecked(index == place)

    def _narrow(self) -> None:
        self.controller.kind = str(self.kind.currentData() or "")
        self.controller.load()

    def _other_profile(self) -> None:
        self.controller.profile = str(self.profile.currentData())
        found = self.controller.found
        if found is not None:
            self.profile_card.show_profile(found.profiles[self.controller.profile])
        self._chosen(self.table.currentIndex(), QModelIndex())

    def _delete_due(self) -> None:
        self.workspace.prompts.confirm(
            self.tr("Delete the text of what is due?"),
            self.tr(
                "It is removed from the file for good, with scores, notes and highlights. A "
                "tombstone with the reason stays. Backups are not touched."
            ),
            self.tr("Delete"),
            self.controller.apply_retention,
        )

    def _open_trace(self) -> None:
        stored = self.places.stored
        if stored is not None:
            self.workspace.navigate("traces", trace=stored.trace_pk)

    def _chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        self._shown = self.model.group(current.row())
        self.places.show_group(self._shown)
        if self._shown is not None:
            self.controller.open(self._shown)

    # -- what comes back

    def _show_list(self, found: Listed) -> None:
        kinds = [(one.kind, f"{kind_title(one.kind)} ({one.count:,})") for one in found.counts]
        _fill(self.kind, [("", self.tr("Every kind")), *kinds], self.controller.kind)
        names = [(name, one.title or name) for name, one in found.profiles.items()]
        _fill(self.profile, names, self.controller.profile)
        _fill(
            self.policy,
            [
                ("show", self.tr("What leaves: as it is")),
                ("refuse", self.tr("What leaves: nothing unredacted")),
                *(
                    (f"redact:{name}", self.tr("What leaves: “%1”").replace("%1", title))
                    for name, title in names
                ),
            ],
            found.policy,
        )
        self.profile_card.show_profile(found.profiles[self.controller.profile])
        self.lists_card.show_lists(found.lists)
        self.retention_card.show_due(found.due, found.buried)
        before = self.table.currentIndex().row()
        self.model.set_firsts(found.firsts)
        if len(found.firsts):
            self.table.selectRow(min(max(before, 0), len(found.firsts) - 1))
        else:
            self.places.show_group(None)
        if found.unscanned:
            self.banner.show_message(
                self.tr("%1 of %2 traces were never looked through.")
                .replace("%1", f"{found.unscanned:,}")
                .replace("%2", f"{found.traces:,}"),
                self.tr(
                    "What leaves redacted is looked through anyway; the counts here are not whole."
                ),
                "warn",
            )
        else:
            self.banner.dismiss()
        self.status_changed.emit()

    def _take_block(self, first: int, groups: Any) -> None:
        self.model.take_block(first, groups)
        row = self.table.currentIndex().row()
        if first <= row < first + len(groups) and self._shown is None:
            self._chosen(self.table.currentIndex(), QModelIndex())

    def _decided(self, verdict: str) -> None:
        """Go on to the next: of the text where a place was decided, else to the next text."""
        row = self.table.currentIndex().row()
        if row < 0:
            return
        self.model.forget(row)
        if verdict in ("always", "never") and row + 1 < self.model.rowCount():
            self.table.selectRow(row + 1)
        elif self._shown is not None:
            self.places.advance(verdict)
            self.controller.open(self._shown)


def _fill(box: QComboBox, items: list[tuple[str, str]], chosen: str) -> None:
    box.blockSignals(True)
    box.clear()
    for key, text in items:
        box.addItem(text, key)
    box.setCurrentIndex(max(box.findData(chosen), 0))
    box.blockSignals(False)
