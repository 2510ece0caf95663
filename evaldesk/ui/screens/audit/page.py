"""The audit screen: who did what, newest first, and whether it is whole."""

import re
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.audit import EventFilter
from evaldesk.domain.project import Changes
from evaldesk.ui.screens.audit.controller import AuditController, Listed, since
from evaldesk.ui.screens.audit.entry_pane import EntryPane
from evaldesk.ui.screens.audit.models import SIGNED, WHAT, WHEN, WHO, EventTableModel
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.theme.measure import px
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane
from evaldesk.ui.widgets.table import Table
from evaldesk.ui.workspace import Workspace

_DAYS = (0, 1, 7, 30)
_TIME = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
_SHOWN_FAULTS = 20


class AuditPage(Screen):
    """Lists the log, shows an entry, verifies and exports."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.controller = AuditController(workspace, self)
        self.model = EventTableModel(self)
        self._open = 0
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
        self.table = Table(name=self.tr("Entries of the log"))
        self.table.setSortingEnabled(False)
        self.table.setModel(self.model)
        header = self.table.horizontalHeader()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(WHAT, header.ResizeMode.Stretch)
        for column, width in ((WHEN, 172), (WHO, 110), (SIGNED, 66)):
            header.resizeSection(column, px(width))
        self.entry = EntryPane()
        splitter.addWidget(self.table)
        splitter.addWidget(self.entry)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setSizes([760, 500])
        outer.addWidget(splitter, 1)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(150)
        self._pause.timeout.connect(self._narrow)
        controller = self.controller
        controller.listed.connect(self._show_list)
        controller.block_read.connect(self.model.take_block)
        controller.entry_read.connect(self.entry.show_entry)
        controller.verified.connect(self._show_verified)
        controller.busy_changed.connect(lambda busy: self.verify_button.setEnabled(not busy))
        self.model.block_wanted.connect(controller.read_block)
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.table.copied.connect(
            lambda rows: workspace.say(self.tr("Copied %1 rows").replace("%1", f"{rows:,}"))
        )
        self.table.chosen.connect(lambda _: self._to_entry())
        self._bind()

    # -- making

    def _bar(self) -> QWidget:
        bar = pane()
        row = QHBoxLayout(bar)
        row.setContentsMargins(10, 6, 10, 6)
        row.setSpacing(8)
        actions = self.workspace.actions
        self.kind = self._choice(self.tr("Kind"), self.tr("Every kind"))
        self.author = self._choice(self.tr("Who"), self.tr("Everybody"))
        self.time = self._choice(self.tr("Time"), self.tr("Any time"))
        for text in (self.tr("Today"), self.tr("Last 7 days"), self.tr("Last 30 days")):
            self.time.addItem(text)
        self.time.addItem(self.tr("From … to …"))
        self.begin, self.end = QLineEdit(), QLineEdit()
        for field, name in ((self.begin, self.tr("From")), (self.end, self.tr("To"))):
            field.setPlaceholderText("2026-11-23")
            field.setAccessibleName(name)
            field.setToolTip(self.tr("A year, a month or a day, such as 2026-11"))
            field.setMaximumWidth(px(110))
            field.textEdited.connect(lambda _: self._pause.start())
            field.hide()
        self.text = QLineEdit()
        self.text.setPlaceholderText(self.tr("Search in the log"))
        self.text.setAccessibleName(self.tr("Search in the log"))
        self.text.setToolTip(actions.tooltip("audit.search"))
        self.text.setClearButtonEnabled(True)
        self.text.textChanged.connect(lambda _: self._pause.start())
        for box in (self.kind, self.author, self.time):
            box.activated.connect(lambda _: self._narrow())
        self.verify_button = ActionButton(
            self.tr("Verify now"), actions.keys("audit.verify"), kind="primary"
        )
        self.verify_button.clicked.connect(self.controller.verify)
        self.export_button = ActionButton(self.tr("Export"), actions.keys("audit.export"))
        self.export_button.clicked.connect(self.export)
        for widget in (self.kind, self.author, self.time, self.begin, self.end):
            row.addWidget(widget)
        row.addWidget(self.text, 1)
        row.addWidget(self.export_button)
        row.addWidget(self.verify_button)
        return bar

    def _choice(self, name: str, everything: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.addItem(everything)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        return box

    def _bind(self) -> None:
        bind = self.workspace.actions.bind
        bind(self, "audit.search", self.text.setFocus)
        for name, box in (("kind", self.kind), ("author", self.author), ("time", self.time)):
            bind(self, f"audit.{name}", box.showPopup)
        bind(self, "audit.reset", self.reset)
        bind(self, "audit.verify", self.controller.verify, lambda: not self.controller.busy)
        bind(self, "audit.export", self.export, lambda: self.workspace.may("adjudicator"))
        bind(self, "audit.copy_head", self.copy_head)
        bind(self, "audit.detail", self._to_entry, lambda: self._open > 0)

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``kind``, ``author`` and ``text`` narrow the list. A reviewer sees their own
        entries.
        """
        own = not self.workspace.may("adjudicator")
        self.author.setVisible(not own)
        self.export_button.setVisible(not own)
        if own:
            self.text.setText(str(place.get("text", self.text.text())))
            self._narrow()
        elif place:
            wanted = {key: str(place.get(key, "")) for key in ("kind", "author", "text")}
            self.controller.load(EventFilter(**wanted))
            self.text.setText(wanted["text"])
        else:
            self.controller.load()
        self.table.setFocus()

    def refresh(self, changes: Changes) -> None:
        """Whatever was written is in the log."""
        self.controller.load()

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.banner.dismiss()
        self.controller.project_replaced()
        for box in (self.kind, self.author, self.time):
            box.setCurrentIndex(0)
        self.text.clear()
        self._pause.stop()
        self._open = 0
        self.entry.show_entry(None)

    def breadcrumb(self) -> str:
        """How many entries are listed."""
        found = self.controller.found
        if found is None:
            return ""
        return self.tr("%1 entries").replace("%1", f"{len(found.numbers):,}")

    def status_text(self) -> str:
        """The head, which an auditor notes."""
        found = self.controller.found
        if found is None:
            return ""
        number, digest = found.head
        return self.tr("head %1 · %2…").replace("%1", f"{number:,}").replace("%2", digest[:16])

    def showcase(self) -> None:
        """With an entry open that says more than most."""
        self.controller.load(EventFilter(kind="round"))

    # -- what a person does

    def reset(self) -> None:
        """Show everything again."""
        for box in (self.kind, self.author, self.time):
            box.setCurrentIndex(0)
        self.text.clear()
        self._narrow()

    def export(self) -> None:
        """Ask where to, and write the whole log."""
        project = self.workspace.project
        if project is not None:
            self.workspace.prompts.ask_save_file(
                self.tr("Export the log"),
                f"{project.path.stem}-log.jsonl",
                self.tr("JSON Lines") + " (*.jsonl)",
                self.controller.export,
            )

    def copy_head(self) -> None:
        """Into the clipboard: number and hash, as `evaldesk audit` prints them."""
        found = self.controller.found
        if found is not None:
            QGuiApplication.clipboard().setText(f"{found.head[0]} {found.head[1]}")
            self.workspace.say(self.tr("Copied the head of the log"))

    def _narrow(self) -> None:
        self._pause.stop()
        place = self.time.currentIndex()
        between = place == len(_DAYS)
        self.begin.setVisible(between)
        self.end.setVisible(between)
        begin = since(_DAYS[place]) if 0 < place < len(_DAYS) else ""
        end = ""
        if between:
            begin, end = (
                field.text().strip() if _TIME.fullmatch(field.text().strip()) else ""
                for field in (self.begin, self.end)
            )
        self.controller.load(
            EventFilter(
                kind=str(self.kind.currentData() or ""),
                author=self._whose(),
                since=begin,
                until=end,
                text=self.text.text().strip(),
            )
        )

    def _whose(self) -> str:
        if not self.workspace.may("adjudicator"):
            return self.workspace.user
        return str(self.author.currentData() or "")

    def _to_entry(self) -> None:
        self.entry.raw.setFocus()

    def _chosen(self, current: QModelIndex, _before: QModelIndex) -> None:
        number = self.model.number(current.row())
        if number and number != self._open:
            self._open = number
            self.controller.open(number)

    # -- what comes back

    def _show_list(self, found: Listed) -> None:
        wanted = self.controller.wanted
        areas = sorted({kind.split(".")[0] for kind in found.kinds})
        kinds = [(name, name) for name in areas]
        for name in found.kinds:
            kinds.insert(
                [key for key, _ in kinds].index(name.split(".")[0]) + 1, (name, f"    {name}")
            )
        _fill(self.kind, kinds, wanted.kind)
        _fill(self.author, [(name, name) for name in found.authors], wanted.author)
        self.model.set_numbers(found.numbers)
        row = max(self.model.row_of(self._open), 0)
        if len(found.numbers):
            self.table.selectRow(row)
            self._chosen(self.model.index(row, 0), QModelIndex())
        else:
            self._open = 0
            self.entry.show_entry(None)
        self.status_changed.emit()

    def _show_verified(self, found: Any) -> None:
        entries = found.signed + found.unsigned
        if found.ok:
            said = self.tr("Whole: %1 things compared, no fault.").replace(
                "%1", f"{found.checked:,}"
            )
            hint = (
                self.tr("The log has %1 entries; %2 of them are not signed.")
                .replace("%1", f"{entries:,}")
                .replace("%2", f"{found.unsigned:,}")
            )
            self.banner.show_message(said, hint, "ok")
            return
        first = found.faults[0]
        lines = [f"{fault.where}: {fault.what}" for fault in found.faults[1:_SHOWN_FAULTS]]
        more = len(found.faults) - _SHOWN_FAULTS
        if more > 0:
            lines.append(self.tr("and %1 more").replace("%1", f"{more:,}"))
        self.banner.show_message(f"{first.where}: {first.what}", "\n".join(lines), "bad")


def _fill(box: QComboBox, items: list[tuple[str, str]], chosen: str) -> None:
    """Other entries behind the first, which stands for all."""
    box.blockSignals(True)
    while box.count() > 1:
        box.removeItem(1)
    for key, text in items:
        box.addItem(text, key)
    box.setCurrentIndex(max(box.findData(chosen), 0) if chosen else 0)
    box.blockSignals(False)
