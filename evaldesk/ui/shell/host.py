"""Holds the screens: builds each at its first visit and tells it what changed meanwhile."""

from typing import Any

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from evaldesk.domain.errors import NotAllowedError
from evaldesk.domain.project import Changes
from evaldesk.ui.screens.registry import ScreenSpec
from evaldesk.ui.screens.screen import Screen
from evaldesk.ui.shell.veil import Veil
from evaldesk.ui.workspace import Workspace


class ScreenHost(QStackedWidget):
    """The screens, one in sight.

    Attributes:
        begun: what screens that are not built yet are to go on with; see `Screen.unsaved`.

    Signals:
        shown(screen_id): another screen came in sight, or the same at another place.
        status_changed(): what the screen in sight says about itself changed.
    """

    shown = Signal(str)
    status_changed = Signal()

    def __init__(
        self,
        workspace: Workspace,
        specs: tuple[ScreenSpec, ...],
        welcome: QWidget,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self._specs = {spec.id: spec for spec in specs}
        self._screens: dict[str, Screen] = {}
        self._pending: dict[str, Changes] = {}
        self.begun: dict[str, Any] = {}
        self._history: list[tuple[str, dict[str, Any]]] = []
        self._place: tuple[str, dict[str, Any]] = ("", {})
        self._welcome = welcome
        self.veil = Veil(workspace)
        for widget in (welcome, self.veil):
            self.addWidget(widget)
        workspace.project_changed.connect(self._project_changed)
        workspace.project_opened.connect(self._project_replaced)
        workspace.project_closed.connect(self._project_replaced)
        workspace.user_changed.connect(lambda _: self._look_again())
        workspace.role_changed.connect(self._role_changed)

    @property
    def screen_id(self) -> str:
        """The screen in sight; empty for the welcome."""
        return self._place[0]

    @property
    def current(self) -> Screen | None:
        """The screen in sight; None for the welcome, and for one that is kept from sight."""
        if self.currentWidget() is self.veil:
            return None
        return self._screens.get(self._place[0])

    def built(self, screen_id: str) -> Screen | None:
        """A screen that was built already."""
        return self._screens.get(screen_id)

    def show_welcome(self) -> None:
        """No project is open."""
        self._place = ("", {})
        self._history.clear()
        self.setCurrentWidget(self._welcome)
        self._welcome.setFocus()
        self.shown.emit("")

    def unsaved(self) -> dict[str, Any]:
        """What was begun on any screen and is not kept yet, by screen."""
        found = dict(self.begun)
        for screen_id, screen in self._screens.items():
            begun = screen.unsaved()
            if begun is not None:
                found[screen_id] = begun
        return found

    def discard(self) -> None:
        """Take every screen down: what it showed of a project goes with it, to the last tooltip.
        Each is built anew at its next visit.
        """
        self._place = ("", {})
        self._history.clear()
        self._pending.clear()
        for screen in self._screens.values():
            self.removeWidget(screen)
            screen.hide()
            screen.setParent(None)
            screen.deleteLater()
        self._screens.clear()

    def show_page(self, page: QWidget) -> None:
        """A page that is no screen, in the place of the welcome."""
        if self.indexOf(page) < 0:
            self.addWidget(page)
        self._place = ("", {})
        self._history.clear()
        self.setCurrentWidget(page)
        page.setFocus()
        self.shown.emit("")

    def place_now(self) -> tuple[str, dict[str, Any]]:
        """The screen in sight and what would lead back to the very place in it."""
        screen_id, place = self._place
        current = self.current
        return screen_id, {**place, **current.place()} if current is not None else place

    def show_screen(
        self, screen_id: str, place: dict[str, Any] | None = None, *, remember: bool = True
    ) -> bool:
        """Bring a screen in sight. False where it needs a project and none is open, where the
        person's role does not have it, or where it could not be built; both is reported.
        """
        spec = self._specs.get(screen_id)
        if spec is None or (spec.needs_project and self._workspace.project is None):
            return False
        if not self._workspace.may(spec.least):
            self._refuse(spec)
            return False
        place = dict(place or {})
        within = self._workspace.veiled_by() if self._tells(spec) else ""
        if within:
            self._leave_for(screen_id, place, remember)
            title = QCoreApplication.translate("Screens", spec.title)
            self.veil.stand_before(screen_id, title, within)
            self.setCurrentWidget(self.veil)
            self.shown.emit(screen_id)
            return True
        screen = self._screens.get(screen_id)
        if screen is None:
            try:
                screen = spec.build(self._workspace)
            except Exception as error:
                self._workspace.report(error)
                return False
            screen.setObjectName(f"screen-{screen_id}")
            screen.status_changed.connect(self._status_changed)
            self._screens[screen_id] = screen
            self.addWidget(screen)
            if screen_id in self.begun:
                screen.take_unsaved(self.begun.pop(screen_id))
        self._leave_for(screen_id, place, remember)
        self.setCurrentWidget(screen)
        changes = self._pending.pop(screen_id, None)
        if changes is not None:
            screen.refresh(changes)
        screen.opened(**place)
        focused = QApplication.focusWidget()
        if focused is None or not screen.isAncestorOf(focused):
            screen.setFocus(Qt.FocusReason.OtherFocusReason)
        self.shown.emit(screen_id)
        return True

    def _tells(self, spec: ScreenSpec) -> bool:
        """Whether a screen could tell this person what would sway them. A package has nothing in it
        that does, and a reviewer's Overview shows their own work only.
        """
        place = self._workspace.place
        if not spec.tells or (place is not None and place.of_package):
            return False
        return spec.id != "overview" or self._workspace.may("adjudicator")

    def _refuse(self, spec: ScreenSpec) -> None:
        title = QCoreApplication.translate("Screens", spec.title)
        self._workspace.report(
            NotAllowedError(
                self.tr("%1 is not among what a person of your role does in this project.").replace(
                    "%1", title
                ),
                self.tr("The status bar says what you are to it; its owner can change that."),
            )
        )

    def _role_changed(self) -> None:
        """Nothing stays that the role does not have, neither in sight nor behind."""
        may = self._workspace.may
        gone = [name for name in self._screens if not may(self._specs[name].least)]
        self._history = [one for one in self._history if may(self._specs[one[0]].least)]
        here = self._specs.get(self._place[0])
        if here is not None and not may(here.least) and self._workspace.project is not None:
            self.show_screen("overview", remember=False)
        for name in gone:
            screen = self._screens.pop(name)
            self._pending.pop(name, None)
            self.removeWidget(screen)
            screen.hide()
            screen.setParent(None)
            screen.deleteLater()

    def _leave_for(self, screen_id: str, place: dict[str, Any], remember: bool) -> None:
        before = self.current
        if before is not None and before is not self._screens.get(screen_id):
            before.left()
        if remember and self._place[0] and self._place[0] != screen_id:
            self._history.append(self._place)
            del self._history[:-50]
        self._place = (screen_id, place)

    def _look_again(self) -> None:
        """What may be seen depends on who looks, and on what they still have to rate."""
        spec = self._specs.get(self._place[0])
        if spec is None or not self._tells(spec) or self._workspace.project is None:
            return
        if bool(self._workspace.veiled_by()) != (self.currentWidget() is self.veil):
            self.show_screen(*self._place, remember=False)

    def leave(self) -> None:
        """The project is about to close."""
        if self.current is not None:
            self.current.left()

    def back(self) -> bool:
        """Where the person was before, within the screen first; False where that was nowhere."""
        if self.current is not None and self.current.go_back():
            return True
        while self._history:
            screen_id, place = self._history.pop()
            if self.show_screen(screen_id, place, remember=False):
                return True
        return False

    @property
    def can_go_back(self) -> bool:
        """Whether there is somewhere to go back to."""
        return bool(self._history) or (self.current is not None and self.current.can_go_back)

    def forward(self) -> bool:
        """Where the person went back from, within the screen; False where that was nowhere."""
        return self.current is not None and self.current.go_forward()

    @property
    def can_go_forward(self) -> bool:
        """Whether the person went back from somewhere."""
        return self.current is not None and self.current.can_go_forward

    def _project_changed(self, changes: Changes, _origin: str) -> None:
        if changes.areas & {"rounds", "ratings"}:
            self._look_again()
        current = self.current
        for screen_id, screen in self._screens.items():
            if screen is current:
                screen.refresh(changes)
            else:
                self._pending[screen_id] = _together(self._pending.get(screen_id), changes)
        self.status_changed.emit()

    def _project_replaced(self) -> None:
        self._pending.clear()
        self._history.clear()
        for screen in self._screens.values():
            screen.project_replaced()

    def _status_changed(self) -> None:
        if self.sender() is self.current:
            self.status_changed.emit()


def _together(one: Changes | None, two: Changes) -> Changes:
    if one is None:
        return two
    few = bool(one.trace_pks) and bool(two.trace_pks)
    pks = tuple(dict.fromkeys(one.trace_pks + two.trace_pks)) if few else ()
    return Changes(one.areas | two.areas, pks)
