"""Packages in the window: one that was sent becomes a project, and what was done goes back."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from evaldesk.domain.errors import InputError
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.shell.package_panes import OfferPane, ReturnPane
from evaldesk.ui.shell.project_desk import SUFFIX, ProjectDesk
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity
    from evaldesk.services.packages.files import Written
    from evaldesk.services.packages.outgoing import OwnState
    from evaldesk.services.packages.working import Offer, ReturnPlan
    from evaldesk.ui.shell.window import MainWindow

PACKAGE = ".evalpack"


class PackageDesk(QObject):
    """Opens packages, wherever they come from, and hands back what was done in one."""

    def __init__(self, workspace: Workspace, window: "MainWindow", desk: ProjectDesk) -> None:
        super().__init__(window)
        self._workspace = workspace
        self._window = window
        self._desk = desk

    @property
    def can_hand_back(self) -> bool:
        """Whether the open project was made of a package."""
        place = self._workspace.place
        return place is not None and place.of_package

    def ask(self) -> None:
        """Ask which package, and open it."""
        self._workspace.prompts.ask_open_file(
            self.tr("Open a package"),
            self.tr("EvalDesk packages (*%1)").replace("%1", PACKAGE)
            + ";;"
            + self.tr("All files (*)"),
            self.take,
        )

    def take(self, paths: list[Path]) -> None:
        """What to do with packages: where a project is open that sends some, they are looked at on
        its Exchange screen, unless one turns out to be an assignment of one's own.
        """
        sends = self._workspace.project is not None and self._workspace.may("specialist")
        if len(paths) > 1 and sends:
            self._workspace.navigate("exchange", paths=tuple(paths))
            return
        keys = self._workspace.keys
        if keys is None or not paths:
            return
        path = paths[0]
        keys.addressed(path, lambda identity: self._look(path, identity, sends))

    def _look(self, path: Path, identity: "Identity", sends: bool) -> None:
        def work(_: JobControl) -> "Offer | None":
            from evaldesk.services.packages.arriving import look_at
            from evaldesk.services.packages.working import look_into

            found = look_at(path, identity)
            if found.kind != "return":
                return look_into(path, identity)[1]
            if not sends:
                raise InputError(
                    f"This package brings answers back, from {found.sender}.",
                    f"Open the project “{found.project}”, which sent the assignment, and drop it "
                    "there.",
                    path=path.name,
                )
            return None

        def done(offer: "Offer | None") -> None:
            if offer is None:
                self._workspace.navigate("exchange", paths=(path,))
            else:
                self._offer(path, identity, offer)

        self._workspace.jobs.read(work, done, self._workspace.report)

    def _offer(self, path: Path, identity: "Identity", offer: "Offer") -> None:
        OfferPane(
            self._window,
            self._workspace,
            offer,
            _free(path.with_suffix(SUFFIX)),
            lambda place, encrypted: self._open(path, place, identity, encrypted),
        ).open()

    def _open(self, path: Path, place: Path, identity: "Identity", encrypted: bool) -> None:
        def work(_: JobControl) -> None:
            from evaldesk.services.packages.working import open_package

            open_package(path, place, identity, encrypted=encrypted)

        def done(_: Any) -> None:
            self._window.host.leave()
            self._desk.open(place, lambda: self._workspace.navigate("review"))

        title = self.tr("Opening %1").replace("%1", path.name)
        self._workspace.jobs.read(work, done, self._workspace.report, title=title)

    # ---------------------------------------------------------------------------- handing back

    def hand_back(self) -> None:
        """Show what would go back, and write it where the person says."""
        project, place = self._workspace.project, self._workspace.place
        if project is None or place is None or not place.of_package:
            return
        self._window.host.leave()

        def work(_: JobControl) -> "tuple[ReturnPlan, OwnState]":
            from evaldesk.services.packages.outgoing import own_state
            from evaldesk.services.packages.working import plan_return

            plan = plan_return(project)
            rubric = project.rounds.get(plan.round).rubric
            return plan, own_state(project, plan.items, rubric, plan.rater, plan.round)

        def done(found: "tuple[ReturnPlan, OwnState]") -> None:
            ReturnPane(self._window, *found, self._ask_where).open()

        # After what is on its way to the disk.
        self._workspace.jobs.write(work, done, self._workspace.report)

    def _ask_where(self) -> None:
        project = self._workspace.project
        if project is None:
            return
        stamp = datetime.now().strftime("%Y-%m-%d %H%M")
        self._workspace.prompts.ask_save_file(
            self.tr("Hand back"),
            f"{project.path.stem} back {stamp}{PACKAGE}",
            self.tr("EvalDesk packages (*%1)").replace("%1", PACKAGE),
            self._sign,
        )

    def _sign(self, path: Path) -> None:
        project, keys = self._workspace.project, self._workspace.keys
        if project is None or keys is None:
            return

        def write(identity: "Identity") -> None:
            def work(_: JobControl) -> "Written":
                from evaldesk.services.packages.working import give_back

                return give_back(project, path, identity)

            self._workspace.jobs.write(work, self._handed, self._workspace.report)

        self._whose(write)

    def _whose(self, then: "Callable[[Identity], object]") -> None:
        """The keys that the package was sealed to, whatever name they go by."""
        project, keys = self._workspace.project, self._workspace.keys
        if project is None or keys is None:
            return

        def work(_: JobControl) -> str:
            from evaldesk.services.packages.working import reader_of
            from evaldesk.services.projects.identities import identity_store

            wanted = reader_of(project)
            fitting = [
                one.card.name for one in identity_store().list() if one.card.fingerprint == wanted
            ]
            if not fitting:
                raise InputError(
                    "The keys that the package was sealed to are not on this computer.",
                    "Hand it back from the computer that it was opened on.",
                )
            return fitting[0]

        what = self.tr("What goes back is signed with it.")
        self._workspace.jobs.read(
            work, lambda name: keys.use(what, then, name), self._workspace.report
        )

    def _handed(self, written: "Written") -> None:
        self._workspace.saved.emit()
        name = Path(written.path).name
        self._window.banner.show_message(
            self.tr("%1 is ready: %2 answers for %3, and nobody else can open it.")
            .replace("%1", name)
            .replace("%2", f"{written.items:,}")
            .replace("%3", written.to),
            self.tr(
                "Send them this file, by mail or on a stick. You may go on and hand back again: "
                "each file holds everything, and nothing is taken twice. It lies in %1"
            ).replace("%1", str(Path(written.path).parent)),
            "ok",
        )


def _free(path: Path) -> Path:
    """A name that no file has."""
    found, number = path, 2
    while found.exists():
        found = path.with_name(f"{path.stem} {number}{path.suffix}")
        number += 1
    return found
