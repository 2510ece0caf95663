"""Writing a report as a file: the whole file or none."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.domain.comparison import Comparison
from evaldesk.domain.errors import EvalDeskError, UsageError
from evaldesk.domain.report import ExportResult
from evaldesk.services.exporting.report_content import Progress, silent, workbook_content
from evaldesk.services.judging.agreement import DEFAULT_SEED
from evaldesk.services.privacy import leaving
from evaldesk.services.privacy.redacted_report import redacted_content

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

__all__ = ["Progress", "export_workbook", "workbook_content", "written"]


def export_workbook(
    project: "Project",
    path: Path,
    *,
    author: str = "",
    rubric: str = "",
    comparisons: Sequence[tuple[str, str, str]] = (),
    compared: Sequence[Comparison] = (),
    by: Sequence[str] = (),
    overwrite: bool = False,
    resamples: int = 2000,
    seed: int = DEFAULT_SEED,
    redact: str = "",
    progress: Progress = silent,
) -> ExportResult:
    """Write the Excel workbook; the arguments are those of `workbook_content`.

    Args:
        redact: name of the profile that is laid over what leaves; empty for what the project's
            policy says.
        path: where to; its ending becomes ``.xlsx`` where it has none.
        overwrite: whether a file that is there may be replaced.
        progress: whatever it raises ends the export; then no file is left behind and one that
            was there stays as it was.

    Raises:
        UsageError: the file exists, or its folder does not.
        NotAllowedError: the project's policy lets no personal data leave.
    """
    over = leaving.gate(project, "export.xlsx", redact, author)
    path = path if path.suffix or path.is_dir() else path.with_suffix(".xlsx")
    with written(path, overwrite) as partial:
        content = workbook_content(
            project,
            author=author,
            rubric=rubric,
            comparisons=comparisons,
            compared=compared,
            by=by,
            resamples=resamples,
            seed=seed,
            progress=lambda fraction, text: progress(0.3 * fraction, text),
        )
        if over is not None:
            content = redacted_content(project, content, over)
        from evaldesk.exporters.excel.workbook import write_workbook

        sheets = write_workbook(
            content, partial, lambda fraction, text: progress(0.3 + 0.7 * fraction, text)
        )
        progress(1.0, path.name)
        rows = sum(sheet.rows for sheet in sheets)
        told = {"path": path.name, "format": "xlsx", "rows": rows, "redacted": bool(over)}
        project.audit.record("export.file", told, author)
    return ExportResult(str(path), rows, tuple(sheets), leaving.said(project, over))


@contextmanager
def written(path: Path, overwrite: bool = False) -> Iterator[Path]:
    """A file beside ``path`` that takes its place when all went well, and is removed if not.

    Raises:
        UsageError: the file exists and may not be replaced, its folder does not exist, or it
            cannot be written.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder.", "Give the name of a file.")
    if path.exists() and not overwrite:
        raise UsageError(f"{path} exists already.", "Choose another name, or allow to replace it.")
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.", "Make it first.")
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        partial.touch()
        yield partial
        # The content is on the disk before the name is: a power cut leaves the old file or the
        # new one.
        with partial.open("rb+") as file:
            os.fsync(file.fileno())
        partial.replace(path)
    except EvalDeskError:
        raise
    except OSError as error:
        raise UsageError(
            f"{path} could not be written: {error.strerror or error}.",
            "Check the free space and that the file is not open in another program.",
        ) from error
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
