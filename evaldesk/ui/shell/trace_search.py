"""Lets the palette find traces."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaldesk.domain.query import TraceQuery
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.workspace import PaletteEntry

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


def find_traces(
    project: "Project", text: str, limit: int, control: JobControl
) -> Sequence[PaletteEntry]:
    """Traces that hold these words, best first."""
    pks = project.traces.ids(TraceQuery(text=text))[:limit]
    control.check()
    return [
        PaletteEntry(
            title=row.scenario,
            detail=" · ".join(part for part in (row.run, row.snippet or row.title) if part),
            screen="traces",
            place={"trace": row.pk},
        )
        for row in project.traces.rows(pks)
    ]
