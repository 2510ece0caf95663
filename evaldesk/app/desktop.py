"""What the command line needs of a window system, imported when it is used."""

import os
from collections.abc import Sequence
from pathlib import Path


class DesktopCommands:
    """``evaldesk.cli.command.Desktop``, with Qt behind it."""

    def open(self, project: Path) -> int:
        """Open a project in the window; returns the exit code when it is closed."""
        from evaldesk.app.main import run

        return run([str(project)])

    def capture(
        self, project: Path, folder: Path, theme: str, size: tuple[int, int], scale: float = 1.0
    ) -> Sequence[Path]:
        """Draw every screen of a project, offscreen; returns the pictures."""
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        if scale != 1.0:  # read when Qt starts
            os.environ["QT_SCALE_FACTOR"] = str(scale)
            size = (round(size[0] / scale), round(size[1] / scale))
        from evaldesk.app.capture import capture

        return capture(project, folder, theme, size)

    def checks(self) -> Sequence[tuple[str, bool, str]]:
        """(what, whether it works, detail) for window, chart, scripts and keyring."""
        return [self._window(), self._chart(), self._scripts(), self._keyring()]

    def _window(self) -> tuple[str, bool, str]:
        try:
            from evaldesk.app.main import has_display

            display = has_display()
            if not display:
                os.environ["QT_QPA_PLATFORM"] = "offscreen"
            from PySide6.QtCore import qVersion

            from evaldesk.app.compose import application, build_window

            window = build_window(application())
            shown = window.grab()
            window.close()
            where = "on the display" if display else "offscreen (there is no display)"
            return "window", not shown.isNull(), f"Qt {qVersion()}, {where}"
        except Exception as error:  # whatever is missing here is what the person must read
            return "window", False, f"{type(error).__name__}: {error}"

    def _chart(self) -> tuple[str, bool, str]:
        try:
            from evaldesk.app.compose import application

            application()
            from evaldesk.ui.charts.check import draw

            return "chart", *draw()
        except Exception as error:
            return "chart", False, f"{type(error).__name__}: {error}"

    def _scripts(self) -> tuple[str, bool, str]:
        try:
            from evaldesk.app.compose import application

            application()
            from evaldesk.ui.theme.scripts import missing_scripts, scripts_text

            return "scripts", not missing_scripts(), scripts_text()
        except Exception as error:
            return "scripts", False, f"{type(error).__name__}: {error}"

    def _keyring(self) -> tuple[str, bool, str]:
        from evaldesk.credentials.keyring_probe import probe

        return "keyring", *probe()
