"""Keeps the look in step with the person's choice and the system's."""

from typing import Any

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication

from evaldesk.settings import Settings
from evaldesk.settings.store import Theme
from evaldesk.ui.theme.apply import apply, chosen_tokens
from evaldesk.ui.theme.measure import SIZES
from evaldesk.ui.workspace import Workspace


class ThemeKeeper(QObject):
    """Applies the theme at the start and whenever the person or the system changes it."""

    def __init__(self, app: QApplication, settings: Settings) -> None:
        super().__init__(app)
        self._app = app
        self._settings = settings
        self._workspace: Workspace | None = None
        self.tokens = chosen_tokens(app, settings)
        apply(app, self.tokens)
        app.styleHints().colorSchemeChanged.connect(self.refresh)

    def attach(self, workspace: Workspace) -> None:
        """Tell this workspace of changes."""
        self._workspace = workspace
        workspace.set_tokens(self.tokens)
        workspace.theme_wanted.connect(self.choose)
        workspace.sizes_wanted.connect(lambda chosen: self.resize(**chosen))

    def choose(self, theme: Theme) -> None:
        """The person's choice: ``system``, ``light`` or ``dark``."""
        self._settings.put("theme", theme)
        # Title bars and the system's own dialogs follow this on Windows and macOS.
        scheme = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        self._app.styleHints().setColorScheme(scheme.get(theme, Qt.ColorScheme.Unknown))
        self.refresh()

    def resize(self, **chosen: Any) -> None:
        """The person's choice of sizes: ``interface_size`` and ``payload_size`` in pixels,
        ``density`` ``comfortable`` or ``compact``; None for the program's own.
        """
        for name, value in chosen.items():
            self._settings.put(name, value)
        self.refresh()

    def step(self, by: int) -> None:
        """All type larger (1) or smaller (-1); 0 for the program's own sizes."""
        if not by:
            self.resize(interface_size=None, payload_size=None)
            return
        held = self.tokens.measure
        self.resize(interface_size=_next(held.interface, by), payload_size=_next(held.payload, by))

    def toggle(self) -> None:
        """From light to dark or back, and stay there."""
        self.choose("light" if self.tokens.name == "dark" else "dark")

    def toggle_density(self) -> None:
        """Rows closer together, or as usual."""
        self.resize(density=None if self.tokens.measure.compact else "compact")

    def refresh(self) -> None:
        """Look at choice and system again."""
        tokens = chosen_tokens(self._app, self._settings)
        if tokens == self.tokens:
            return
        self.tokens = tokens
        apply(self._app, tokens)
        if self._workspace is not None:
            self._workspace.set_tokens(tokens)


def _next(size: int, by: int) -> int:
    at = SIZES.index(size) + by
    return SIZES[max(0, min(at, len(SIZES) - 1))]
