"""What goes out: rounds and raters, what was sent to whom and what came back."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from evaldesk.domain.errors import EvalDeskError
from evaldesk.ui.screens.exchange.controller import SUFFIX, ExchangeController, Preview
from evaldesk.ui.screens.exchange.models import WordsModel
from evaldesk.ui.screens.exchange.panes import SendPane
from evaldesk.ui.theme.measure import px
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.figures import counted, local_time
from evaldesk.ui.widgets.table import Table
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.packages.files import Written
    from evaldesk.services.packages.outgoing import Errand

_FORBIDDEN = '<>:"/\\|?*'


class OutPart(QWidget):
    """One row an assignment."""

    def __init__(
        self, workspace: Workspace, controller: ExchangeController, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._workspace, self._controller = workspace, controller
        self._errands: Sequence[Errand] = ()
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        self.model = WordsModel(
            (
                self.tr("Round"),
                self.tr("Rater"),
                self.tr("Items"),
                self.tr("Sent"),
                self.tr("Came back"),
                self.tr("Handed in"),
                self.tr("What next"),
            ),
            self,
        )
        self.table = Table(name=self.tr("Assignments"))
        self.table.setSortingEnabled(False)
        self.table.setModel(self.model)
        for place, width in enumerate((170, 140, 70, 170, 170, 90)):
            self.table.setColumnWidth(place, px(width))
        self.empty = EmptyState(
            self.tr("No assignments yet"),
            self.tr("A round gives each rater items; each can be sent to its rater from here."),
        )
        self.empty.add_action(
            self.tr("Plan a round"), lambda: workspace.navigate("rounds"), primary=True
        )
        self.hint = text_label("", "muted", wrap=True)
        column.addWidget(self.table, 1)
        column.addWidget(self.empty, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        actions = workspace.actions
        self.send_button = ActionButton(
            self.tr("Send…"), actions.keys("exchange.send"), kind="primary"
        )
        self.send_button.clicked.connect(self.send)
        self.all_button = ActionButton(
            self.tr("Send all into a folder…"), actions.keys("exchange.send_all")
        )
        self.all_button.clicked.connect(self.send_all)
        row.addWidget(self.send_button)
        row.addWidget(self.all_button)
        row.addWidget(self.hint, 1)
        column.addLayout(row)
        self.table.chosen.connect(lambda _: self.send())
        self.table.selectionModel().currentRowChanged.connect(self._chosen)
        controller.errands_read.connect(self._show)
        controller.sent.connect(self._told)

    @property
    def current(self) -> "Errand | None":
        """Whose assignment is chosen."""
        index = self.table.currentIndex()
        found: Errand | None = self.model.thing(index.row()) if index.isValid() else None
        return found

    @property
    def waiting(self) -> "list[Errand]":
        """What can be sent and was not."""
        return [one for one in self._errands if not one.sent and not one.hindrance]

    def send(self) -> None:
        """Show what would go, and send it."""
        errand = self.current
        if errand is None or errand.hindrance:
            return

        def shown(preview: Preview) -> None:
            pane.show_preview(preview)

        def failed(error: Exception) -> None:
            if isinstance(error, EvalDeskError):
                pane.show_refused(error.message, error.hint)
                self._controller.read_profiles(pane.show_profiles)
            else:
                self._workspace.report(error)

        def replan(profile: str) -> None:
            self._controller.preview(errand, profile, shown, failed)

        pane = SendPane(
            self.window(), errand.rater, replan, lambda profile: self._where(errand, profile)
        )
        pane.open()
        replan("")

    def send_all(self) -> None:
        """Into a folder, one file a rater, as the policy says."""
        waiting = self.waiting
        if not waiting:
            return

        def chosen(folder: Path) -> None:
            paths = [folder / file_name(one) for one in waiting]
            count = counted(len(waiting), self.tr("%1 package"), self.tr("%1 packages"))
            people = ", ".join(dict.fromkeys(one.rater for one in waiting))
            self._workspace.prompts.confirm(
                self.tr("Write %1?").replace("%1", count),
                self.tr(
                    "For %1, each sealed to its reader, into %2. Traces are redacted as the "
                    "project's policy says; look at one by itself to see what would leak."
                )
                .replace("%1", people)
                .replace("%2", str(folder)),
                self.tr("Write them"),
                lambda: self._controller.send(waiting, paths),
            )

        self._workspace.prompts.ask_folder(self.tr("Send all into a folder"), chosen)

    def _where(self, errand: "Errand", profile: str) -> None:
        self._workspace.prompts.ask_save_file(
            self.tr("Send to %1").replace("%1", errand.rater),
            file_name(errand),
            self.tr("EvalDesk packages (*%1)").replace("%1", SUFFIX),
            lambda path: self._controller.send([errand], [path], profile),
        )

    def _show(self, errands: "Sequence[Errand]") -> None:
        before = self.table.currentIndex().row()
        self._errands = errands
        self.model.show_rows([self._row(one) for one in errands], errands)
        self.table.setVisible(bool(errands))
        self.empty.setVisible(not errands)
        if errands:
            self.table.select_row(min(max(before, 0), len(errands) - 1))
        self._chosen()

    def _row(self, one: "Errand") -> tuple[str, ...]:
        if one.hindrance and not one.sent:
            following = one.hindrance
        elif not one.sent:
            following = self.tr("not sent yet")
        elif not one.returned:
            following = self.tr("waiting for %1").replace("%1", one.rater)
        elif one.submitted < one.items:
            following = self.tr("came back in part")
        else:
            following = self.tr("done")
        return (
            one.round,
            one.rater,
            f"{one.items:,}",
            self._times(one.sent),
            self._times(one.returned),
            f"{one.submitted:,}",
            following,
        )

    def _times(self, times: Sequence[str]) -> str:
        if not times:
            return "–"
        last = local_time(times[-1])
        return last if len(times) == 1 else f"{last} (×{len(times)})"

    def _chosen(self, *_: object) -> None:
        errand = self.current
        self.send_button.setEnabled(errand is not None and not errand.hindrance)
        self.all_button.setEnabled(bool(self.waiting))
        for button in (self.send_button, self.all_button):
            button.setVisible(bool(self._errands))
        self.hint.setText(errand.hindrance if errand is not None else "")

    def _told(self, written: "Sequence[Written]") -> None:
        if len(written) == 1:
            one = written[0]
            self._workspace.say(
                self.tr("Wrote %1 for %2").replace("%1", Path(one.path).name).replace("%2", one.to)
            )
        else:
            self._workspace.say(self.tr("Wrote %1 packages").replace("%1", str(len(written))))


def file_name(errand: "Errand") -> str:
    """A package's name, as it is suggested: round and rater, without what file systems refuse."""
    text = f"{errand.round} {errand.rater}"
    clean = "".join("-" if char in _FORBIDDEN or ord(char) < 32 else char for char in text)
    return clean.strip(" .")[:120] + SUFFIX
