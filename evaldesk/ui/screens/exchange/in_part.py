"""What came back: what each file would bring, why one is refused, and what is to be settled."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from evaldesk.ui.screens.exchange.controller import SUFFIX, ExchangeController
from evaldesk.ui.screens.exchange.models import WordsModel
from evaldesk.ui.screens.exchange.panes import ConflictPane, value_text
from evaldesk.ui.theme.measure import px
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, pane, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.figures import counted, local_time
from evaldesk.ui.widgets.table import Table
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.domain.exchange import Conflict
    from evaldesk.services.packages.merging import FileReport, MergeReport


class InPart(QWidget):
    """Files above, conflicts below."""

    def __init__(
        self, workspace: Workspace, controller: ExchangeController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._controller = workspace, controller
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(self._arrivals())
        column.addLayout(self._buttons())
        self.empty = EmptyState(
            self.tr("Nothing to look at"),
            self.tr(
                "Drop the files here that your raters handed back, or a folder of them. First you "
                "see what each would bring; nothing is taken in before you say so."
            ),
        )
        column.addWidget(self.empty, 2)
        column.addWidget(self._files(), 3)
        column.addWidget(self._conflicts(), 2)
        controller.looked.connect(self._looked)
        controller.merged.connect(self._merged)
        controller.arrived.connect(self._arrived)
        controller.conflicts_read.connect(self._show_conflicts)
        self._looked()
        self._arrived([])
        self._show_conflicts(())

    def _arrivals(self) -> QWidget:
        self.line = pane()
        row = QHBoxLayout(self.line)
        row.setContentsMargins(12, 6, 8, 6)
        self.arrived = text_label("", wrap=True)
        self.look_button = ActionButton(self.tr("Look at them"), kind="link")
        self.look_button.clicked.connect(self._controller.take_waiting)
        row.addWidget(self.arrived, 1)
        row.addWidget(self.look_button)
        return self.line

    def _buttons(self) -> QHBoxLayout:
        actions = self._workspace.actions
        row = QHBoxLayout()
        row.setSpacing(8)
        self.files_button = ActionButton(
            self.tr("Choose files…"), actions.keys("exchange.add_files")
        )
        self.files_button.clicked.connect(self.add_files)
        self.folder_button = ActionButton(
            self.tr("Choose a folder…"), actions.keys("exchange.add_folder")
        )
        self.folder_button.clicked.connect(self.add_folder)
        self.watch_button = ActionButton(self.tr("Watch a folder…"), actions.keys("exchange.watch"))
        self.watch_button.clicked.connect(self.watch)
        for button in (self.files_button, self.folder_button, self.watch_button):
            row.addWidget(button)
        row.addStretch(1)
        self.clear_button = ActionButton(self.tr("Clear"))
        self.clear_button.clicked.connect(self._controller.clear)
        self.merge_button = ActionButton(
            self.tr("Merge"), actions.keys("exchange.merge"), kind="primary"
        )
        self.merge_button.clicked.connect(self._controller.merge)
        row.addWidget(self.clear_button)
        row.addWidget(self.merge_button)
        return row

    def _files(self) -> QWidget:
        self.files_card = Card(self.tr("What these files would bring"))
        self.model = WordsModel(
            (
                self.tr("File"),
                self.tr("From"),
                self.tr("Round"),
                self.tr("Made"),
                self.tr("New"),
                self.tr("Here already"),
                self.tr("Conflicts"),
                self.tr("What becomes of it"),
            ),
            self,
        )
        self.table = Table(name=self.tr("Files that came back"))
        self.table.setSortingEnabled(False)
        self.table.setModel(self.model)
        for place, width in enumerate((170, 130, 110, 120, 180, 90, 80)):
            self.table.setColumnWidth(place, px(width))
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        self.detail = text_label("", "muted", wrap=True)
        self.files_card.body.addWidget(self.table, 1)
        self.files_card.body.addWidget(self.detail)
        return self.files_card

    def _conflicts(self) -> QWidget:
        self.conflicts_card = Card(
            self.tr("To be settled"), self.tr("the later answer stands until you decide")
        )
        self.conflicts = WordsModel(
            (
                self.tr("Who"),
                self.tr("Question"),
                self.tr("Trace"),
                self.tr("Round"),
                self.tr("Stands"),
                self.tr("Also answered"),
            ),
            self,
        )
        self.conflict_table = Table(name=self.tr("Conflicts"))
        self.conflict_table.setSortingEnabled(False)
        self.conflict_table.setModel(self.conflicts)
        for place, width in enumerate((120, 140, 130, 120, 240)):
            self.conflict_table.setColumnWidth(place, px(width))
        self.conflict_table.chosen.connect(lambda _: self.settle())
        self.conflicts_card.body.addWidget(self.conflict_table, 1)
        row = QHBoxLayout()
        self.settle_button = ActionButton(
            self.tr("Settle…"), self._workspace.actions.keys("exchange.settle"), kind="primary"
        )
        self.settle_button.clicked.connect(self.settle)
        row.addWidget(self.settle_button)
        row.addStretch(1)
        self.conflicts_card.body.addLayout(row)
        return self.conflicts_card

    # -- what a person does

    @property
    def can_merge(self) -> bool:
        """Whether there is anything to take in."""
        report = self._controller.report
        return report is not None and any(not one.rejected for one in report.files)

    def add_files(self) -> None:
        """Files that came back."""
        self._workspace.prompts.ask_open_file(
            self.tr("Files that came back"),
            self.tr("EvalDesk packages (*%1)").replace("%1", SUFFIX),
            self._controller.look,
            many=True,
        )

    def add_folder(self) -> None:
        """All packages of a folder."""
        self._workspace.prompts.ask_folder(
            self.tr("Look at all packages of a folder"),
            lambda folder: self._controller.look([folder]),
        )

    def watch(self) -> None:
        """Watch a folder, or no longer."""
        if self._controller.watched:
            self._controller.watch("")
            self._workspace.say(self.tr("The folder is not watched any more"))
        else:
            self._workspace.prompts.ask_folder(
                self.tr("Watch a folder"), lambda folder: self._controller.watch(str(folder))
            )

    def settle(self) -> None:
        """Decide about the conflict that is chosen."""
        index = self.conflict_table.currentIndex()
        conflict: Conflict | None = self.conflicts.thing(index.row()) if index.isValid() else None
        if conflict is not None:
            one = conflict
            ConflictPane(
                self.window(),
                one,
                lambda row, reason: self._controller.decide(one, row, reason),
            ).open()

    # -- what comes back

    def _looked(self) -> None:
        report = self._controller.report
        files = report.files if report is not None else ()
        self.model.show_rows([self._row(one) for one in files], files)
        self.files_card.setVisible(bool(files))
        self.empty.setVisible(not files)
        self.clear_button.setVisible(bool(files))
        ready = sum(not one.rejected for one in files)
        self.merge_button.setVisible(bool(files))
        self.merge_button.setEnabled(bool(ready))
        self.merge_button.setText(
            counted(ready, self.tr("Merge %1 file"), self.tr("Merge %1 files"))
        )
        self.merge_button.updateGeometry()
        if files:
            self.table.select_row(0)
            self.table.setFocus()
        elif self.isVisible():
            self.files_button.setFocus()
        self._chosen()

    def _row(self, one: "FileReport") -> tuple[str, ...]:
        added = ", ".join(f"{count:,} {self._kind(kind, count)}" for kind, count in _some(one))
        if one.rejected:
            verdict = self.tr("refused: %1").replace("%1", one.rejected)
        elif not added:
            verdict = self.tr("nothing new")
        elif one.conflicts:
            verdict = self.tr("to be merged; the later answers stand until settled")
        else:
            verdict = self.tr("to be merged")
        sender = f"{one.sender} ({one.role})" if one.role else one.sender
        return (
            Path(one.path).name,
            sender or "–",
            one.round or "–",
            local_time(one.created_at) if one.created_at else "–",
            added or "–",
            f"{sum(one.already_there.values()):,}",
            f"{len(one.conflicts):,}",
            verdict,
        )

    def _kind(self, table: str, count: int) -> str:
        one, many = {
            "answer": (self.tr("answer"), self.tr("answers")),
            "submission": (self.tr("rating handed in"), self.tr("ratings handed in")),
            "work_time": (self.tr("working time"), self.tr("working times")),
            "note": (self.tr("note"), self.tr("notes")),
            "highlight": (self.tr("highlight"), self.tr("highlights")),
            "ruling": (self.tr("ruling"), self.tr("rulings")),
        }.get(table, (table, table))
        return one if count == 1 else many

    def _chosen(self, *_: object) -> None:
        index = self.table.currentIndex()
        one: FileReport | None = self.model.thing(index.row()) if index.isValid() else None
        lines = []
        if one is not None:
            lines.append(one.path)
            if one.words:
                lines.append(
                    self.tr("Signed with the key of these words: %1").replace("%1", one.words)
                )
            if one.rejected:
                lines.append(f"{one.rejected} {one.hint}".strip())
            for conflict in one.conflicts:
                lines.append(_told(conflict))
        self.detail.setText("\n".join(lines))
        self.detail.setVisible(bool(lines))

    def _merged(self, report: "MergeReport") -> None:
        taken = sum(not one.rejected for one in report.files)
        said = counted(taken, self.tr("Merged %1 file"), self.tr("Merged %1 files"))
        rows = counted(report.added, self.tr("%1 new entry"), self.tr("%1 new entries"))
        self._workspace.say(f"{said}: {rows}")

    def _arrived(self, paths: Sequence[Path]) -> None:
        folder = self._controller.watched
        self.line.setVisible(bool(folder))
        self.look_button.setVisible(bool(paths))
        self.watch_button.setText(
            self.tr("Stop watching") if folder else self.tr("Watch a folder…")
        )
        self.watch_button.updateGeometry()
        if paths:
            new = counted(len(paths), self.tr("%1 new package"), self.tr("%1 new packages"))
            self.arrived.setText(self.tr("%1 in %2").replace("%1", new).replace("%2", folder))
            self._workspace.say(self.arrived.text())
        else:
            self.arrived.setText(
                self.tr("Watching %1; nothing new. Nothing is ever merged by itself.").replace(
                    "%1", folder
                )
            )

    def _show_conflicts(self, conflicts: "Sequence[Conflict]") -> None:
        rows = [
            (
                one.who,
                one.field or one.table,
                one.trace[:12],
                one.round,
                f"{value_text(one.stands)} ({local_time(one.at)})",
                "; ".join(f"{value_text(value)} ({local_time(at)})" for value, at in one.others),
            )
            for one in conflicts
        ]
        self.conflicts.show_rows(rows, conflicts)
        self.conflicts_card.setVisible(bool(rows))
        if rows:
            self.conflict_table.select_row(0)


def _some(one: "FileReport") -> list[tuple[str, int]]:
    return [(kind, count) for kind, count in one.added.items() if count]


def _told(conflict: "Conflict") -> str:
    others = ", ".join(f"{value_text(value)} ({local_time(at)})" for value, at in conflict.others)
    return (
        f"{conflict.who}, {conflict.field or conflict.table} of {conflict.trace[:12]}: "
        f"{value_text(conflict.stands)} ({local_time(conflict.at)}) / {others}"
    )
