"""A version of a dataset as a file of scenarios."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.domain.dataset import DatasetVersion
from evaldesk.domain.report import ExportResult
from evaldesk.domain.trace import Scenario
from evaldesk.services.datasets.versions import Progress, silent
from evaldesk.services.exporting.reporting import written
from evaldesk.services.privacy import leaving
from evaldesk.services.privacy.redaction import Redactor

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


def export_version(
    project: "Project",
    version: DatasetVersion,
    path: Path,
    *,
    overwrite: bool = False,
    progress: Progress = silent,
) -> ExportResult:
    """Write every scenario of a version, as it describes them, one a line.

    Raises:
        UsageError: the file exists, or its folder does not.
        NotAllowedError: the project's policy lets no personal data leave.
    """
    over = leaving.gate(project, "export.scenarios")
    from evaldesk.exporters.scenario_lines import write_scenarios

    def counted(done: int) -> None:
        progress(min(1.0, done / max(1, version.scenarios)), path.name)

    with written(path, overwrite) as partial:
        count = write_scenarios(_whole(project, version, over), version.dataset, partial, counted)
    progress(1.0, path.name)
    return ExportResult(str(path), count)


def _whole(
    project: "Project", version: DatasetVersion, over: Redactor | None
) -> Iterator[tuple[str, Scenario]]:
    for row in project.datasets.each(version.pk):
        scenario = project.datasets.scenario(row.pk, version.pk)
        yield row.id, scenario if over is None else over.scenario(scenario)
