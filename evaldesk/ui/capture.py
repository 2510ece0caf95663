"""Pictures of the screens, drawn offscreen from a project."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QTimer

from evaldesk.domain.errors import UsageError
from evaldesk.ui.screens.registry import SCREENS
from evaldesk.ui.shell.window import MainWindow

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

SETTLE_MS = 250
PATIENCE_MS = 60_000


def capture_window(
    window: MainWindow,
    project: Path,
    folder: Path,
    *,
    size: tuple[int, int],
    screens: Sequence[str] = (),
) -> list[Path]:
    """Open a project in a window, go through its screens and draw each.

    Args:
        window: new; it is shown, and closed afterwards.
        folder: where the pictures go, as ``SCREEN-THEME.png``; made where it is missing.
        size: of the window in pixels.
        screens: ids, in order; every screen where empty.

    Returns:
        The pictures' paths, one a screen.

    Raises:
        UsageError: no such screen. EvalDeskError: the project could not be opened. Any error that
            a screen reports while it is drawn.
    """
    known = tuple(spec.id for spec in SCREENS)
    wanted = tuple(screens) or known
    unknown = [screen_id for screen_id in wanted if screen_id not in known]
    if unknown:
        raise UsageError(f"There is no screen “{unknown[0]}”.", f"There are: {', '.join(known)}.")
    folder.mkdir(parents=True, exist_ok=True)
    errors: list[BaseException] = []
    window.workspace.reported.connect(errors.append)
    window.resize(*size)
    window.show()
    pictures: list[Path] = []
    try:
        window.open_path(project)
        _settle(window, errors)
        opened = window.workspace.project
        # Somebody who has work in this project, so that Review has something to show.
        raters = opened.people.raters() if opened is not None else []
        for screen_id in wanted:
            if opened is not None and screen_id == "prefer":
                window.workspace.set_user(_who_compares(opened) or window.workspace.user)
            elif raters:
                window.workspace.set_user(raters[0])
            window.workspace.navigate(screen_id)
            _settle(window, errors)
            screen = window.host.built(screen_id)
            if screen is not None:
                screen.showcase()
                _settle(window, errors)
            picture = folder / f"{screen_id}-{window.workspace.tokens.name}.png"
            if not window.grab().save(str(picture)):
                raise UsageError(f"{picture} could not be written.", "Choose another folder.")
            pictures.append(picture)
    finally:
        window.close()
    return pictures


def _who_compares(project: "Project") -> str:
    """Somebody with pairs before them; empty for nobody."""
    for one in project.rounds.all():
        if one.kind == "pairwise" and one.state == "open":
            return one.raters[0]
    return ""


def _settle(window: MainWindow, errors: Sequence[BaseException]) -> None:
    """Let the event loop run until no job is under way and timers have fired."""
    waited = 0
    quiet = 0
    while quiet < 2 and waited < PATIENCE_MS:
        loop = QEventLoop()
        QTimer.singleShot(SETTLE_MS // 2, loop.quit)
        loop.exec()
        waited += SETTLE_MS // 2
        quiet = 0 if window.workspace.jobs.busy else quiet + 1
        if errors:
            raise errors[0]
