"""The Exchange screen: people, what goes out, what comes in."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFocusEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from evaldesk.domain.project import Changes
from evaldesk.ui.screens.exchange.controller import SUFFIX, ExchangeController
from evaldesk.ui.screens.exchange.in_part import InPart
from evaldesk.ui.screens.exchange.out_part import OutPart
from evaldesk.ui.screens.exchange.people_part import PeoplePart
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import hairline, pane
from evaldesk.ui.workspace import Workspace

PEOPLE, OUT, IN = 0, 1, 2


class ExchangePage(Screen):
    """Three parts, one in sight; without a project only one's own card."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(workspace, parent)
        self.setAcceptDrops(True)
        self.controller = ExchangeController(workspace, self)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        bar = pane()
        row = QHBoxLayout(bar)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(6)
        self.tabs: list[ActionButton] = []
        group = QButtonGroup(self)
        for place, (words, name) in enumerate(
            ((self.tr("People"), "people"), (self.tr("Out"), "out"), (self.tr("In"), "in"))
        ):
            button = ActionButton(words, workspace.actions.keys(f"exchange.{name}"), kind="choice")
            button.clicked.connect(lambda _=False, wanted=place: self.show_part(wanted))
            group.addButton(button)
            row.addWidget(button)
            self.tabs.append(button)
        row.addStretch(1)
        outer.addWidget(bar)
        outer.addWidget(hairline())
        self.people = PeoplePart(workspace, self.controller)
        self.out = OutPart(workspace, self.controller)
        self.incoming = InPart(workspace, self.controller)
        self.stack = QStackedWidget()
        for part in (self.people, self.out, self.incoming):
            self.stack.addWidget(part)
        outer.addWidget(self.stack, 1)
        workspace.user_changed.connect(lambda _: self.controller.read_people())
        self._bind()
        self.show_part(PEOPLE)

    def _bind(self) -> None:
        def bind(name: str, run: Any, able: Any = None) -> None:
            self.workspace.actions.bind(self, f"exchange.{name}", run, able)

        def at(part: int) -> Any:
            return lambda: self.stack.currentIndex() == part

        def has_project() -> bool:
            return self.workspace.project is not None

        people, out, incoming = self.people, self.out, self.incoming
        bind("people", lambda: self.show_part(PEOPLE))
        bind("out", lambda: self.show_part(OUT), has_project)
        bind("in", lambda: self.show_part(IN), has_project)
        bind("make_keys", people.make, at(PEOPLE))
        bind("copy_card", people.copy, at(PEOPLE))
        bind("save_card", people.save, at(PEOPLE))
        bind("add_card", people.add, lambda: at(PEOPLE)() and has_project())
        bind("paste_card", people.paste, lambda: at(PEOPLE)() and has_project())
        bind("retrust", people.retrust, lambda: at(PEOPLE)() and people.current is not None)
        bind("revoke", people.revoke, lambda: at(PEOPLE)() and people.current is not None)
        bind("send", out.send, lambda: at(OUT)() and out.current is not None)
        bind("send_all", out.send_all, lambda: at(OUT)() and bool(out.waiting))
        bind("add_files", incoming.add_files, at(IN))
        bind("add_folder", incoming.add_folder, at(IN))
        bind("watch", incoming.watch, at(IN))
        bind("clear", self.controller.clear, at(IN))
        bind("merge", self.controller.merge, lambda: at(IN)() and incoming.can_merge)
        bind("settle", incoming.settle, at(IN))

    def show_part(self, part: int) -> None:
        """Bring a part in sight."""
        if self.workspace.project is None:
            part = PEOPLE
        for place, button in enumerate(self.tabs):
            button.setChecked(place == part)
            button.setEnabled(place == PEOPLE or self.workspace.project is not None)
        self.stack.setCurrentIndex(part)
        if self.isVisible():
            self._enter()
        self.status_changed.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Hand the focus on. A focus proxy would take what stands before it out of Tab's way."""
        super().focusInEvent(event)
        self._enter()

    def _enter(self) -> None:
        part = self.stack.currentIndex()
        first = (self.people.table, self.out.table, self.incoming.files_button)[part]
        (first if first.isVisibleTo(self) else self.tabs[part]).setFocus()

    # -- what the window asks

    def opened(self, **place: Any) -> None:
        """Come here; ``paths`` are files that came back, ``part`` is people, out or in."""
        part = {"people": PEOPLE, "out": OUT, "in": IN}.get(str(place.get("part", "")))
        self.controller.read_people()
        self.controller.read_errands()
        self.controller.read_conflicts()
        self.controller.look_at_folder()
        paths = place.get("paths")
        if paths:
            part = IN
            self.controller.look([Path(one) for one in paths])
        self.show_part(self.stack.currentIndex() if part is None else part)

    def refresh(self, changes: Changes) -> None:
        """Rounds, ratings and people are shown here."""
        if changes.areas & {"rounds", "ratings", "people", "exchange"}:
            self.controller.read_people()
            self.controller.read_errands()

    def project_replaced(self) -> None:
        """Forget the project before."""
        self.controller.project_replaced()
        self.controller.clear()
        self.controller.people_read.emit(self.controller.nobody())
        self.controller.errands_read.emit([])
        self.controller.conflicts_read.emit([])
        self.show_part(self.stack.currentIndex())

    def breadcrumb(self) -> str:
        """The part in sight."""
        return self.tabs[self.stack.currentIndex()].text()

    def showcase(self) -> None:
        """What goes out says most."""
        self.show_part(OUT)

    # -- what is dropped

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Packages, folders and cards."""
        if _local(event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Packages and folders are looked at; anything else is taken for a card."""
        event.acceptProposedAction()
        self.take(_local(event.mimeData().urls()))

    def take(self, paths: list[Path]) -> None:
        """What to do with files that were dropped here."""
        packages = [one for one in paths if one.is_dir() or one.suffix.casefold() == SUFFIX]
        if packages and self.workspace.project is not None:
            self.show_part(IN)
            self.controller.look(packages)
        for path in paths:
            if path not in packages:
                self.show_part(PEOPLE)
                self.controller.read_card(str(path))
                break


def _local(urls: list[QUrl]) -> list[Path]:
    return [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
