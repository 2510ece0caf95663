"""Pictures of every screen of a project, with preferences of their own."""

import tempfile
from pathlib import Path

from evaldesk.app.compose import application, build_window
from evaldesk.domain.errors import UsageError
from evaldesk.settings import Settings
from evaldesk.ui.capture import capture_window


def capture(
    project: Path,
    folder: Path,
    theme: str = "light",
    size: tuple[int, int] = (1440, 900),
    screens: tuple[str, ...] = (),
) -> list[Path]:
    """Draw screens of a project; the person's preferences are neither read nor changed.

    Args:
        project: the file; it is opened and not written.
        folder: where ``SCREEN-THEME.png`` go.
        theme: ``light`` or ``dark``.
        size: of the window in pixels.
        screens: ids; every screen where empty.

    Raises:
        UsageError: no such theme or screen. EvalDeskError: the project could not be opened.
    """
    if theme not in ("light", "dark"):
        raise UsageError(f"There is no theme “{theme}”.", "There are: light, dark.")
    app = application()
    with tempfile.TemporaryDirectory(prefix="evaldesk-") as scratch:
        settings = Settings(Path(scratch) / "settings.json")
        settings.put("theme", theme)
        settings.put("user", "reviewer")
        window = build_window(app, settings=settings)
        return capture_window(window, project, folder, size=size, screens=screens)
