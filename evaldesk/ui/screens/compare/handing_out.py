"""Copying and saving what the Compare screen shows."""

from collections.abc import Callable
from functools import partial
from typing import Literal

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from evaldesk.ui.screens.compare.controller import CompareController
from evaldesk.ui.screens.compare.list_pane import ListPane
from evaldesk.ui.screens.compare.plots import Plots
from evaldesk.ui.workbook import WorkbookDesk
from evaldesk.ui.workspace import Workspace

_COMMANDS = ("copy", "copy_list", "copy_chart", "save_png", "save_svg", "workbook")


class HandingOut(QObject):
    """Tables and pictures for the clipboard; pictures and workbooks as files."""

    def __init__(
        self, workspace: Workspace, controller: CompareController, plots: Plots, listing: ListPane
    ) -> None:
        super().__init__(plots)
        self._workspace = workspace
        self._controller = controller
        self._plots = plots
        self._listing = listing
        self._workbook = WorkbookDesk(workspace, self)

    def bind(self, widget: QWidget, studied: Callable[[], bool]) -> None:
        """Have the commands done, while ``studied`` says that there is a comparison."""

        def drawn() -> bool:
            return studied() and self._plots.forest is not None

        bind = self._workspace.actions.bind
        bind(widget, "compare.copy", self._plots.copy_table, studied)
        bind(widget, "compare.copy_list", self._listing.copy, studied)
        bind(widget, "compare.copy_chart", self._plots.copy, drawn)
        bind(widget, "compare.save_png", partial(self._ask_picture, "png"), drawn)
        bind(widget, "compare.save_svg", partial(self._ask_picture, "svg"), drawn)
        bind(widget, "compare.workbook", self._ask_workbook, studied)

    def offer(self, button: QWidget) -> None:
        """Show the commands below a button."""
        actions = self._workspace.actions
        menu = QMenu(button)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in _COMMANDS:
            action_id = f"compare.{name}"
            keys, text = actions.keys(action_id), actions.text(action_id)
            entry = menu.addAction(f"{text}\t{keys}" if keys else text)
            entry.setEnabled(actions.is_enabled(action_id))
            entry.triggered.connect(lambda _on=False, name=action_id: actions.trigger(name))
        left = button.width() - menu.sizeHint().width()
        menu.popup(button.mapToGlobal(QPoint(left, button.height())))

    def _ask_picture(self, kind: Literal["png", "svg"]) -> None:
        names = {"png": self.tr("PNG pictures (*.png)"), "svg": self.tr("SVG drawings (*.svg)")}
        self._workspace.prompts.ask_save_file(
            self.tr("Save the chart"),
            f"{self._file_name()}.{kind}",
            names[kind],
            lambda path: self._plots.save(path, kind),
        )

    def _ask_workbook(self) -> None:
        study = self._controller.study
        if study is not None:
            self._workbook.ask(
                self.tr("Save the comparison"), self._file_name(), lambda _: [study.comparison]
            )

    def _file_name(self) -> str:
        question = self._controller.question
        if question is None:
            return "comparison"
        name = f"{question.run_a} and {question.run_b} {question.metric}"
        return "".join(c if c.isalnum() or c in " ._-" else "_" for c in name)
