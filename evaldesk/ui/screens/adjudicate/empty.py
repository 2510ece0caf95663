"""What the screen says where there is nothing to adjudicate, or where looking would cost."""

from collections.abc import Callable

from evaldesk.domain.rubric import Rubric
from evaldesk.services.labelling.blinding import Blindness
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.workspace import Workspace


class Gate(EmptyState):
    """Ratings of one's own are still to come; others' answers would sway them."""

    def __init__(
        self, workspace: Workspace, anyway: Callable[[], object], rubric: Callable[[], str]
    ) -> None:
        super().__init__("")
        self.back: ActionButton = self.add_action(
            self.tr("Back to review"),
            lambda: workspace.navigate("review", rubric=rubric()),
            keys=workspace.actions.keys("go.review"),
            primary=True,
        )
        self.anyway: ActionButton = self.add_action(self.tr("Adjudicate anyway"), anyway)

    def tell(self, rubric: Rubric, stands: Blindness, person: str) -> None:
        """Say what is at stake."""
        if stands.rated:
            title = (
                self.tr("You still have 1 item to rate.")
                if stands.pending == 1
                else self.tr("You still have {n} items to rate.").format(n=stands.pending)
            )
            text = self.tr(
                "{who} is rating with “{rubric}”. Seeing others' answers now would end your "
                "blindness on them."
            )
        else:
            title = self.tr("Will you rate with “{rubric}” yourself?").format(rubric=rubric.name)
            text = self.tr(
                "{who} has not rated any of its {n} items. Seeing others' answers first would end "
                "your blindness on them. If you only adjudicate, go on."
            )
        self.show_text(title, text.format(who=person, rubric=rubric.name, n=stands.pending))


class NothingYet(EmptyState):
    """No ratings, or no rubric."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__("")
        self.rate = self.add_action(
            self.tr("Go to Review"),
            lambda: workspace.navigate("review"),
            keys=workspace.actions.keys("go.review"),
            primary=True,
        )
        self.bring = self.add_action(
            self.tr("Import ratings …"), lambda: workspace.navigate("import")
        )

    def tell(self, has_rubric: bool) -> None:
        """Say what is missing."""
        if has_rubric:
            self.show_text(
                self.tr("Nothing to adjudicate yet"),
                self.tr(
                    "When two people have answered the same question of the same trace, you see "
                    "here how far they agree, and where they differ you rule."
                ),
            )
        else:
            self.show_text(
                self.tr("No rubric yet"),
                self.tr("Disagreements need questions: choose or write a rubric in Review."),
            )
