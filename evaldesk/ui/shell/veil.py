"""Stands before a screen that tells systems and scores while a person still rates blind."""

from PySide6.QtWidgets import QWidget

from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.workspace import Workspace


class Veil(EmptyState):
    """Says what the screen would tell, and leads to the queue; or past itself, on purpose."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__("", parent=parent)
        self._workspace = workspace
        self.round = ""
        self.rate_button = self.add_action(
            self.tr("Go on rating"),
            lambda: workspace.navigate("review", round=self.round),
            keys=workspace.actions.keys("go.review"),
            primary=True,
        )
        self.look_button = self.add_action(self.tr("Show it all the same"), self._look)
        self._screen = ""

    def stand_before(self, screen_id: str, title: str, round: str) -> None:
        """Keep a screen from sight.

        Args:
            title: of the screen. round: that still has items for the person.
        """
        self._screen, self.round = screen_id, round
        self.show_text(
            self.tr("You are rating blind"),
            self.tr(
                "You still have items to rate in “%1”. %2 shows systems and scores, which could "
                "sway you; it opens by itself when you are done."
            )
            .replace("%1", round)
            .replace("%2", title),
        )

    def _look(self) -> None:
        workspace = self._workspace
        workspace.unveiled.add((workspace.user, self.round))
        project, user = workspace.project, workspace.user
        told = {"round": self.round, "screen": self._screen}
        if project is not None:
            workspace.jobs.write(lambda _: project.audit.record("veil.lifted", told, user))
        workspace.navigate(self._screen)
