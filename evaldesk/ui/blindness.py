"""Asking before somebody sees or hands out what could sway their own answers."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from evaldesk.jobs.runner import JobControl
from evaldesk.ui.workspace import Workspace


def _tr(text: str) -> str:
    return QCoreApplication.translate("Blindness", text)


def unless_blind(workspace: Workspace, question: str, then: Callable[[], object]) -> None:
    """Go on at once, or after a yes where the person still has traces to rate that others have
    answered.

    Args:
        question: what is to be handed out, as a sentence.
    """
    project, person, opened = workspace.project, workspace.user, frozenset(workspace.unblinded)
    shown = frozenset(workspace.unveiled)
    if project is None:
        return

    def work(_control: JobControl) -> tuple[str, int, str]:
        from evaldesk.services.labelling.blinding import at_stake, veiled_by

        return *at_stake(project, person, opened), veiled_by(project, person, shown)

    def done(found: tuple[str, int, str]) -> None:
        rubric, pending, within = found
        if within and not rubric:
            workspace.prompts.confirm(
                question,
                _tr(
                    "It tells systems and scores, and you still have items to rate in the round "
                    "“%1”, which keeps them from you."
                ).replace("%1", within),
                _tr("Export all the same"),
                then,
            )
            return
        if not rubric:
            then()
            return
        workspace.prompts.confirm(
            question,
            _tr(
                "They answered “%2” for %1 traces that you still have to rate, and that could "
                "sway you."
            )
            .replace("%1", f"{pending:,}")
            .replace("%2", rubric),
            _tr("Export all the same"),
            then,
        )

    workspace.jobs.read(work, done, key="export.blindness")
