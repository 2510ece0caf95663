"""The list at the right: regressions and the other pairs, and what could not be compared."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QPushButton, QStackedWidget, QWidget

from evaldesk.domain.comparison import PairedValue, Unpaired
from evaldesk.ui.screens.compare.models import (
    TIER_COLUMN,
    Kind,
    PairModel,
    TierDelegate,
    UnpairedModel,
)
from evaldesk.ui.screens.compare.wording import Wording
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.figures import counted
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.keycap import KeyCap
from evaldesk.ui.widgets.table import Table
from evaldesk.ui.workspace import Workspace

_TITLE = 2
_TIER_WIDTH = 84
KINDS: tuple[Kind, ...] = ("regressions", "improvements", "ties", "all", "left_out")


class ListPane(Card):
    """Pairs of one kind, all or of one slice.

    Signals:
        kind_wanted(kind): another list. reset(): pairs of every slice again.
        opened(row): the two traces of a pair. unpaired_opened(row): what was left out.
        changed(): another row is current.
    """

    kind_wanted = Signal(str)
    reset = Signal()
    opened = Signal(int)
    unpaired_opened = Signal(int)
    changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(self.tr("Regressions"), " ")
        self.kind: Kind = "regressions"
        self.model = PairModel(self)
        self.unpaired = UnpairedModel(self)
        self.titles: Mapping[Kind, str] = {
            "regressions": self.tr("Regressions"),
            "improvements": self.tr("Improvements"),
            "ties": self.tr("Equal"),
            "all": self.tr("All pairs"),
            "left_out": self.tr("Left out"),
        }
        if self.header is not None:
            self.cap = KeyCap("⏎")
            self.header.add(self.cap)
            self.hint = text_label(self.tr("side by side"), "muted")
            self.header.add(self.hint)
        host = QWidget()
        row = FlowLayout(host, spacing=2)
        host.setStyleSheet("QPushButton { padding: 3px 6px; }")
        self.buttons: dict[Kind, QPushButton] = {}
        self._group = QButtonGroup(self)
        short = {
            "regressions": self.tr("Worse"),
            "improvements": self.tr("Better"),
            "ties": self.tr("Equal"),
            "all": self.tr("All"),
            "left_out": self.tr("Left out"),
        }
        for kind in KINDS:
            button = QPushButton(short[kind])
            button.setProperty("kind", "flat")
            button.setCheckable(True)
            button.setAccessibleName(self.titles[kind])
            button.setToolTip(workspace.actions.tooltip(f"compare.{kind}"))
            button.clicked.connect(lambda _on=False, kind=kind: self.kind_wanted.emit(kind))
            self._group.addButton(button)
            self.buttons[kind] = button
            row.addWidget(button)
        self.buttons["regressions"].setChecked(True)
        self.body.addWidget(host)
        self.group_button = ActionButton("", kind="flat")
        self.group_button.clicked.connect(self.reset)
        self.group_button.hide()
        self.body.addWidget(self.group_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.table = Table(name=self.tr("Pairs"))
        self.table.setModel(self.model)
        self.tiers = TierDelegate(workspace.tokens, self.table)
        self.table.setItemDelegateForColumn(TIER_COLUMN, self.tiers)
        self.unpaired_table = Table(name=self.tr("What could not be compared"))
        self.unpaired_table.setModel(self.unpaired)
        self.nothing = text_label("", "muted", wrap=True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.stack = QStackedWidget()
        for widget in (self.table, self.unpaired_table, self.nothing):
            self.stack.addWidget(widget)
        self.body.addWidget(self.stack, 1)
        for table, signal in (
            (self.table, self.opened),
            (self.unpaired_table, self.unpaired_opened),
        ):
            table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
            table.chosen.connect(lambda index, signal=signal: signal.emit(index.row()))
            table.copied.connect(
                lambda rows: workspace.say(
                    counted(rows, self.tr("%1 row copied"), self.tr("%1 rows copied"))
                )
            )
        self.table.selectionModel().currentRowChanged.connect(lambda *_: self.changed.emit())

    def show_pairs(
        self, kind: Kind, pairs: Sequence[PairedValue], words: Wording, group: str = ""
    ) -> None:
        """List pairs."""
        before = self.current()
        self.table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.model.show_pairs(pairs, words)
        self._head(kind, len(pairs), group)
        self.table.setColumnHidden(TIER_COLUMN, not any(pair.tier for pair in pairs))
        self._widths(self.table, stretched=_TITLE)
        if pairs:
            self.stack.setCurrentWidget(self.table)
            row = self.model.row_of(before.a_pk) if before is not None else -1
            self.table.select_row(max(row, 0))
        else:
            self.nothing.setText(
                self.tr("There are none in {group}.").format(group=group)
                if group
                else self.tr("There are none.")
            )
            self.stack.setCurrentWidget(self.nothing)
        self.changed.emit()

    def say_nothing_paired(self) -> None:
        """No list of pairs has anything: say where to look."""
        self.nothing.setText(
            self.tr("Nothing could be compared. “{list}” says why.").format(
                list=self.titles["left_out"]
            )
        )

    def show_unpaired(self, items: Sequence[Unpaired]) -> None:
        """List what could not be compared."""
        self.unpaired.show_items(items)
        self._head("left_out", len(items), "")
        self._widths(self.unpaired_table, stretched=_TITLE)
        if items:
            self.stack.setCurrentWidget(self.unpaired_table)
            self.unpaired_table.select_row(0)
        else:
            self.nothing.setText(self.tr("Every scenario of both runs is compared."))
            self.stack.setCurrentWidget(self.nothing)
        self.changed.emit()

    def show_counts(self, counts: Mapping[Kind, int]) -> None:
        """How many each list has, on its button."""
        for kind, count in counts.items():
            button = self.buttons[kind]
            words = button.text().rsplit(" ", 1)
            name = words[0] if words[-1].replace(",", "").isdigit() else button.text()
            button.setText(f"{name} {count:,}")

    def current(self) -> PairedValue | None:
        """The pair that is chosen."""
        row = self.table.currentIndex().row()
        listed = self.kind != "left_out" and 0 <= row < len(self.model.pairs)
        return self.model.pairs[row] if listed else None

    def step(self, by: int) -> bool:
        """Go to another row; False where there is none."""
        table = self.unpaired_table if self.kind == "left_out" else self.table
        row = table.currentIndex().row() + by
        if not 0 <= row < table.model().rowCount():
            return False
        table.select_row(row)
        return True

    def focus_list(self) -> None:
        """Give the keys to the list."""
        widget = self.stack.currentWidget()
        if isinstance(widget, Table):
            widget.setFocus()

    def copy(self) -> None:
        """Copy the list."""
        widget = self.stack.currentWidget()
        if isinstance(widget, Table):
            widget.clearSelection()
            widget.copy()
            widget.select_row(max(widget.currentIndex().row(), 0))

    def _head(self, kind: Kind, count: int, group: str) -> None:
        self.kind = kind
        self.buttons[kind].setChecked(True)
        if self.header is not None:
            self.header.title.setText(self.titles[kind])
            self.header.detail.setText(f"{count:,}")
            openable = kind != "left_out" and count > 0
            self.cap.setVisible(openable)
            self.hint.setVisible(openable)
        self.group_button.setVisible(bool(group))
        self.group_button.setText(self.tr("Only {group}  ✕").format(group=group))
        self.group_button.setAccessibleName(
            self.tr("Only {group}; press to list every slice again").format(group=group)
        )
        self.setAccessibleName(f"{self.titles[kind]}, {count:,}")

    def _widths(self, table: Table, stretched: int) -> None:
        """Every column as wide as it must be, and the rest for the one with the long words."""
        header = table.horizontalHeader()
        header.setStretchLastSection(False)
        for column in range(header.count()):
            if column == stretched:
                header.setSectionResizeMode(column, header.ResizeMode.Stretch)
                continue
            header.setSectionResizeMode(column, header.ResizeMode.Interactive)
            title = str(table.model().headerData(column, Qt.Orientation.Horizontal))
            width = table.sizeHintForColumn(column)
            if table is self.table and column == TIER_COLUMN:
                width = _TIER_WIDTH
            least = header.fontMetrics().horizontalAdvance(title) + 22
            header.resizeSection(column, min(max(width, least), 150))
