"""Lets the palette find traces."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaldesk.domain.query import TraceQuery
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.workspace import PaletteEntry, Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


class TraceSearch:
    """Finds traces for the palette; without the names of runs, which often are those of systems,
    while a round keeps them from the person.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def __call__(
        self, project: "Project", text: str, limit: int, control: JobControl
    ) -> Sequence[PaletteEntry]:
        """Traces that hold these words, best first."""
        # Late: the palette is there before anything of the store is.
        from evaldesk.services.labelling.blinding import veiled_by

        person, shown = self._workspace.user, frozenset(self._workspace.unveiled)
        return find_traces(project, text, limit, control, bool(veiled_by(project, person, shown)))


def find_traces(
    project: "Project", text: str, limit: int, control: JobControl, veiled: bool = False
) -> Sequence[PaletteEntry]:
    """Traces that hold these words, best first.

    Args:
        veiled: leave out the names of their runs, and lead to the person's own queue.
    """
    from evaldesk.services.privacy.sight import sight_of

    if sight_of(project).profile:
        return ()  # a hit would tell what stands in the original
    pks = project.traces.ids(TraceQuery(text=text))[:limit]
    control.check()
    return [
        PaletteEntry(
            title=row.scenario,
            detail=" · ".join(
                part for part in ("" if veiled else row.run, row.snippet or row.title) if part
            ),
            screen="review" if veiled else "traces",
            place={"trace": row.pk},
        )
        for row in project.traces.rows(pks)
    ]
