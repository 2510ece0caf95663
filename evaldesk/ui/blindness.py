"""Asking before somebody hands out answers that could sway their own."""

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
    if project is None:
        return

    def work(_control: JobControl) -> tuple[str, int]:
        from evaldesk.services.blinding import at_stake

        return at_stake(project, person, opened)

    def done(found: tuple[str, int]) -> None:
        rubric, pending = found
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
