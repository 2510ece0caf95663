"""The window: rail, header, screens, status bar, and what lies above them."""

import contextlib
from collections.abc import Callable
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QCoreApplication, Qt, QTimer
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QKeyEvent,
)
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QMainWindow, QVBoxLayout, QWidget

from evaldesk.domain.errors import Cancelled, EvalDeskError
from evaldesk.ui.actions.spec import ActionSpec
from evaldesk.ui.faults import report_text
from evaldesk.ui.screens.registry import SCREENS, ScreenSpec
from evaldesk.ui.shell.header import Header
from evaldesk.ui.shell.host import ScreenHost
from evaldesk.ui.shell.lock_desk import LockDesk
from evaldesk.ui.shell.overlay import Overlay
from evaldesk.ui.shell.package_desk import PACKAGE, PackageDesk
from evaldesk.ui.shell.palette import Palette
from evaldesk.ui.shell.project_desk import SUFFIX, ProjectDesk
from evaldesk.ui.shell.rail import Rail
from evaldesk.ui.shell.shortcut_sheet import ShortcutSheet
from evaldesk.ui.shell.signing_desk import SigningDesk
from evaldesk.ui.shell.statusbar import StatusBar
from evaldesk.ui.shell.trace_search import TraceSearch
from evaldesk.ui.shell.welcome import Welcome
from evaldesk.ui.theme.keeper import ThemeKeeper
from evaldesk.ui.widgets.banner import Banner
from evaldesk.ui.widgets.card import hairline
from evaldesk.ui.workspace import Workspace

SIZE = (1440, 900)


class MainWindow(QMainWindow):
    """One window, one project."""

    def __init__(
        self,
        workspace: Workspace,
        theme: ThemeKeeper,
        specs: tuple[ScreenSpec, ...] = SCREENS,
    ) -> None:
        super().__init__()
        self.workspace = workspace
        self.theme = theme
        self._specs = {spec.id: spec for spec in specs}
        self._closing = False
        self._told_failure = False
        self._project_name = ""
        self.setAcceptDrops(True)
        self.setMinimumSize(960, 600)
        self.desk = ProjectDesk(workspace, self)
        self.lock_desk = LockDesk(workspace, self, self.desk)
        self.signing_desk = SigningDesk(workspace, self, window=self)
        self.package_desk = PackageDesk(workspace, self, self.desk)
        self.rail = Rail(workspace, specs)
        self.header = Header(workspace.actions.keys("app.palette"))
        self.banner = Banner()
        self.welcome = Welcome(workspace)
        self.host = ScreenHost(workspace, specs, self.welcome)
        self.status = StatusBar(workspace.jobs)
        self._lay_out()
        workspace.palette_providers.append(TraceSearch(workspace))
        self._connect()
        self._bind()
        self._project_replaced()
        self.status.show_user(workspace.user)
        self._restore_geometry()

    @cached_property
    def palette_overlay(self) -> Palette:
        """The command palette; built when it is first wanted, as the first window need not wait
        for it.
        """
        return Palette(self, self.workspace)

    @cached_property
    def sheet(self) -> ShortcutSheet:
        """The sheet of keys; built when it is first wanted."""
        return ShortcutSheet(self, self.workspace)

    def open_path(self, path: Path, view: str = "") -> None:
        """Open a project, and a view of its traces by its address; or a package."""
        if path.suffix.casefold() == PACKAGE:
            self.package_desk.take([path])
            return
        self.host.leave()
        self.desk.open(path, (lambda: self._navigate("traces", {"view": view})) if view else None)

    def open_sample(self) -> None:
        """Open the sample project."""
        self.host.leave()
        self.desk.open_sample()

    # ---------------------------------------------------------------------------------- layout

    def _lay_out(self) -> None:
        centre = QWidget()
        centre.setProperty("surface", "bg")
        grid = QGridLayout(centre)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(0)
        left = QHBoxLayout()
        left.setSpacing(0)
        left.addWidget(self.rail)
        edges = (hairline("v"), hairline())
        left.addWidget(edges[0])
        column = QVBoxLayout()
        column.setSpacing(0)
        for widget in (self.header, edges[1], self.banner):
            column.addWidget(widget)
        column.addWidget(self.host, 1)
        column.addWidget(hairline())
        column.addWidget(self.status)
        grid.addLayout(left, 0, 0)
        grid.addLayout(column, 0, 1)
        grid.setColumnStretch(1, 1)
        self.setCentralWidget(centre)
        self._frame: tuple[QWidget, ...] = (self.rail, self.header, *edges)

    def _connect(self) -> None:
        workspace = self.workspace
        self.rail.chosen.connect(self._go)
        self.header.search.connect(self._open_palette)
        self.host.shown.connect(self._screen_shown)
        self.host.status_changed.connect(self._show_place)
        self.status.user_clicked.connect(lambda: self._ask_user(None))
        self.welcome.open_path.connect(self.open_path)
        self.desk.busy.connect(self.welcome.show_busy)
        self.desk.busy.connect(self.status.say)
        workspace.navigated.connect(self._navigate)
        workspace.project_opened.connect(self._project_replaced)
        workspace.project_closed.connect(self._project_replaced)
        workspace.project_changed.connect(self._read_project_facts)
        workspace.user_changed.connect(self.status.show_user)
        workspace.role_changed.connect(self._show_role)
        self.signing_desk.changed.connect(lambda: self.status.show_signed(self.signing_desk.signed))
        self.lock_desk.locked.connect(self.signing_desk.forget)
        workspace.user_wanted.connect(self._ask_user)
        workspace.reported.connect(self._show_error)
        workspace.said.connect(self.status.say)
        workspace.quiet_wanted.connect(self._be_quiet)
        workspace.saved.connect(self._saved)

    def _bind(self) -> None:
        bind = self.workspace.actions.bind

        def has_project() -> bool:
            return self.workspace.project is not None

        bind(self, "app.palette", self._open_palette)
        bind(self, "app.shortcuts", lambda: self.sheet.open_for(self.host.screen_id))
        bind(self, "app.theme", self.theme.toggle)
        bind(self, "app.larger", lambda: self.theme.step(1))
        bind(self, "app.smaller", lambda: self.theme.step(-1))
        bind(self, "app.usual_size", lambda: self.theme.step(0))
        bind(self, "app.density", self.theme.toggle_density)
        bind(self, "app.user", lambda: self._ask_user(None))
        bind(self, "app.quit", self.close)
        bind(self, "project.open", self._leaving(self.desk.ask_open))
        bind(self, "project.new", self._leaving(lambda: self.desk.ask_new()))
        bind(self, "project.sample", self.open_sample)
        bind(self, "project.close", self._leaving(self.desk.close), has_project)
        bind(self, "project.new_encrypted", self._leaving(self.lock_desk.ask_new))
        bind(self, "project.open_package", self._leaving(self.package_desk.ask))
        bind(
            self,
            "project.hand_back",
            self.package_desk.hand_back,
            lambda: self.package_desk.can_hand_back,
        )
        bind(self, "project.lock", self.lock_desk.lock, lambda: self.lock_desk.can_lock)
        bind(self, "go.back", self.host.back, lambda: self.host.can_go_back)
        bind(self, "go.forward", self.host.forward, lambda: self.host.can_go_forward)
        for screen_id, spec in self._specs.items():
            bind(
                self,
                f"go.{screen_id}",
                partial(self.host.show_screen, screen_id),
                partial(self._offers, spec),
            )
        self.workspace.actions.allowed = self._allowed

    def _leaving(self, run: Callable[[], object]) -> Callable[[], object]:
        def leave_first() -> None:
            self.host.leave()
            run()

        return leave_first

    # ----------------------------------------------------------------------------------- place

    def _go(self, screen_id: str) -> None:
        self.host.show_screen(screen_id)

    def _navigate(self, screen_id: str, place: dict[str, Any]) -> None:
        self.host.show_screen(screen_id, place)

    def _offers(self, spec: ScreenSpec) -> bool:
        """Whether the person can go to a screen now."""
        has = self.workspace.project is not None or not spec.needs_project
        return has and self.workspace.may(spec.least)

    def _allowed(self, action: ActionSpec) -> bool:
        """Whether the person's role has a command: that of its screen, or its own."""
        spec = self._specs.get(action.scope)
        may = self.workspace.may
        return may(action.least) and (spec is None or may(spec.least))

    def _show_role(self) -> None:
        self.rail.show_project(self.workspace.project is not None)
        self.status.show_role(self.workspace.place)

    def _project_replaced(self) -> None:
        project = self.workspace.project
        self._show_role()
        self.status.show_signed(False)
        self.status.show_project(project is not None)
        self._project_name = project.path.stem if project is not None else ""
        if project is None:
            if self.host.screen_id != "settings":
                self.host.show_welcome()
            self.welcome.show_recents()
        else:
            self.banner.dismiss()
            self.host.show_screen("overview")
            self._read_project_facts()
            if project.backup is not None:
                self.banner.show_message(
                    self.tr("This project was brought up to date for this version of EvalDesk."),
                    self.tr("The file as it was lies beside it: %1").replace(
                        "%1", project.backup.name
                    ),
                    "accent",
                )
        self._show_place()

    def _read_project_facts(self) -> None:
        project = self.workspace.project
        if project is None:
            return

        def show(facts: tuple[str, str, bool]) -> None:
            name, network, encrypted = facts
            if name != self._project_name:
                self._project_name = name
                self._show_place()
            self.status.show_facts(network, encrypted)

        self.workspace.jobs.read(
            lambda _: (project.name, project.get("network", "none"), project.encrypted),
            show,
            key="shell.facts",
        )

    def _be_quiet(self, quiet: bool) -> None:
        """Only the screen and the status bar, which says what nobody may miss."""
        for widget in self._frame:
            widget.setHidden(quiet)

    def _screen_shown(self, screen_id: str) -> None:
        self.rail.show_screen(screen_id)
        self._show_place()

    def _show_place(self) -> None:
        screen, spec = self.host.current, self._specs.get(self.host.screen_id)
        title = QCoreApplication.translate("Screens", spec.title) if spec is not None else ""
        self.header.show_place(
            self._project_name or ("" if spec is not None else "EvalDesk"),
            title,
            screen.breadcrumb() if screen is not None else "",
            screen.chips() if screen is not None else (),
        )
        self.status.place.setText(screen.status_text() if screen is not None else "")
        name = self._project_name
        self.setWindowTitle(f"EvalDesk – {name}" if name else "EvalDesk")

    # ---------------------------------------------------------------------------------- people

    def _open_palette(self) -> None:
        self.palette_overlay.open_for(self.host.screen_id)

    def _ask_user(self, then: Callable[[], object] | None) -> None:
        def named(name: str) -> None:
            self.workspace.set_user(name)
            if then is not None:
                then()

        self.workspace.prompts.ask_text(
            self.tr("Who are you?"),
            self.tr("Your name"),
            named,
            value=self.workspace.user,
            detail=self.tr("Ratings and rulings are kept under this name, in this project only."),
        )

    def _saved(self) -> None:
        self._told_failure = False
        self.status.show_saved()

    def _show_error(self, error: BaseException) -> None:
        if isinstance(error, Cancelled):
            self.status.say(self.tr("Cancelled; nothing of it was kept"))
        elif isinstance(error, EvalDeskError):
            self.banner.show_message(error.message, error.hint, "warn")
        else:
            report = report_text(error)

            def copy() -> None:
                QGuiApplication.clipboard().setText(report)
                self.status.say(self.tr("Report copied"))

            self.banner.show_message(
                self.tr("Something went wrong inside EvalDesk."),
                self.tr(
                    "What was shown as saved is safe. The report names places in the program and "
                    "nothing of your data; it goes nowhere by itself."
                ),
                "bad",
                ((self.tr("Copy report"), copy),),
            )

    # ---------------------------------------------------------------------------------- events

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape dismisses the banner."""
        if event.key() == Qt.Key.Key_Escape and not self.banner.isHidden():
            self.banner.dismiss()
            event.accept()
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Files can be dropped anywhere."""
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """A project or a package opens; anything else goes to the import screen."""
        paths = dropped_files(event)
        event.acceptProposedAction()
        self.take_files(paths)

    def take_files(self, paths: list[Path]) -> None:
        """What to do with files that were dropped."""
        projects = [path for path in paths if path.suffix.casefold() == SUFFIX]
        packages = [path for path in paths if path.suffix.casefold() == PACKAGE]
        if projects:
            self.open_path(projects[0])
        elif packages:
            self.package_desk.take(packages)
        elif self.workspace.project is not None:
            self.workspace.navigate("import", paths=tuple(paths))
        else:
            self.banner.show_message(
                self.tr("These files need a project to go into."),
                self.tr("Open one or make one, then drop them again."),
                "accent",
                ((self.tr("New project"), lambda: self.desk.ask_new()),),
            )

    def closeEvent(self, event: QCloseEvent) -> None:
        """Finish what a person decided, ask about long work, leave one plain file."""
        running = [job for job in self.workspace.jobs.jobs if job.title and not job.cancelled]
        if running and not self._closing:
            event.ignore()
            self.workspace.prompts.confirm(
                self.tr("%1 is still running.").replace("%1", running[0].title),
                self.tr("Closing cancels it, and nothing of it is kept."),
                self.tr("Cancel it and close"),
                self._close_anyway,
                danger=True,
            )
            return
        self.host.leave()
        if not self._told_failure and not self._kept_everything():
            event.ignore()  # a save that failed is loud, and what was typed stays on the screen
            self._told_failure = True
            return
        self._closing = True
        self.workspace.settings.put("geometry", bytes(self.saveGeometry().data()).hex())
        self.workspace.jobs.shutdown()
        project = self.workspace.project  # one that was just being opened came in with the jobs
        if project is not None:
            project.close()
        event.accept()

    def keep_all(self) -> bool:
        """Hand over what is being typed and carry out every write; False where one failed, which
        is reported.
        """
        self.host.leave()
        return self._kept_everything()

    def empty(self) -> None:
        """Nothing of a project is left in what lies above the screens."""
        self.__dict__.pop("palette_overlay", None)
        for overlay in self.findChildren(Overlay):
            if overlay is not self.__dict__.get("sheet"):  # which only tells the keys
                overlay.hide()
                overlay.deleteLater()
        self.banner.show_message("", "")
        self.banner.dismiss()
        self.status.say("")

    def _kept_everything(self) -> bool:
        failures: list[BaseException] = []
        self.workspace.reported.connect(failures.append)
        self.workspace.jobs.finish_writes()
        self.workspace.reported.disconnect(failures.append)
        return not [error for error in failures if not isinstance(error, Cancelled)]

    def _close_anyway(self) -> None:
        self._closing = True
        # Qt ignores a close from within the event of another one.
        QTimer.singleShot(0, self.close)

    def _restore_geometry(self) -> None:
        kept = self.workspace.settings.get("geometry", "")
        restored = False
        if isinstance(kept, str) and kept:
            with contextlib.suppress(ValueError):
                restored = self.restoreGeometry(QByteArray(bytes.fromhex(kept)))
        if restored:
            return
        screen = self.screen()
        room = screen.availableGeometry().size()
        self.resize(min(SIZE[0], room.width()), min(SIZE[1], room.height()))


def dropped_files(event: QDropEvent) -> list[Path]:
    """The local files of a drag; nothing of what lies elsewhere is ever fetched."""
    return [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
