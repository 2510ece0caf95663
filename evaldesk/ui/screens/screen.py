"""What every screen is to the window around it."""

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from evaldesk.domain.project import Changes
from evaldesk.ui.workspace import Workspace


class Screen(QWidget):
    """One place of the window. It is built at its first visit and lives until the window closes.

    It is often built after the project was opened, and then hears nothing of that: read what is
    shown in `opened`, and again in `project_replaced` only while in sight.

    Signals:
        status_changed: what `breadcrumb`, `chips` or `status_text` say has changed.
    """

    status_changed = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace

    def opened(self, **place: Any) -> None:
        """The person came here; ``place`` says where to, such as ``trace=17``."""

    def left(self) -> None:
        """The person goes elsewhere, or the project is about to close: hand what is still being
        typed to a write job now.
        """

    def place(self) -> dict[str, Any]:
        """What `opened` would be told to come back to where the person is now."""
        return {}

    def unsaved(self) -> Any:
        """What the person has begun and not kept in the project yet, as JSON data, or None. When an
        encrypted project is locked it is written into it, and given back by `take_unsaved`.
        """
        return None

    def take_unsaved(self, begun: Any) -> None:
        """Go on with what `unsaved` said. Called before `opened`, on a screen that is new."""

    def refresh(self, changes: Changes) -> None:
        """The project changed. Called for the screen in sight at once, for others when they come
        in sight again, with the areas that changed meanwhile.
        """

    def project_replaced(self) -> None:
        """Another project was opened, or the project closed (``workspace.project`` is None)."""

    def breadcrumb(self) -> str:
        """Where in this screen the person is, for the header; empty for nowhere in particular."""
        return ""

    def chips(self) -> tuple[tuple[str, str], ...]:
        """Labels beside the breadcrumb, as (text, kind of chip)."""
        return ()

    def status_text(self) -> str:
        """For the right end of the status bar."""
        return ""

    @property
    def can_go_back(self) -> bool:
        """Whether there is a view to go back to within this screen."""
        return False

    @property
    def can_go_forward(self) -> bool:
        """Whether there is a view that was left by going back."""
        return False

    def go_back(self) -> bool:
        """Go back within this screen; False where there is nothing to go back to."""
        return False

    def go_forward(self) -> bool:
        """Go forward again within this screen; False where there is nothing."""
        return False

    def showcase(self) -> None:
        """Come into a state that a picture of the screen should show."""
