"""The workbook as a whole: which sheets there are, in which order."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from evaldesk.domain.report import ExportedSheet, ReportContent, Stream
from evaldesk.exporters.excel import (
    agreement,
    comparison,
    disagreements,
    highlights,
    ratings,
    rubrics,
    scores,
    summary,
    traces,
)
from evaldesk.exporters.excel.scratch import ScratchBook
from evaldesk.exporters.excel.sheet import SheetWriter
from evaldesk.exporters.excel.text import visible

T = TypeVar("T")

Progress = Callable[[float, str], None]

_EVERY = 250
_HELD = {
    "Scores": "Rate or mean of every score of every run, with its interval; a chart a score.",
    "Agreement": "Alpha, AC and percent agreement of each criterion with their intervals; pairs of "
    "raters; a chart.",
    "Disagreements": "Worst first, each rater’s answer in a column, and the ruling that stands.",
    "Ruling history": "Every ruling ever made, with its reason and what it replaced.",
    "Pairs": "Every compared scenario, what got worse first.",
    "Left out": "What could not be compared, and why.",
    "Ratings": "One row an answer: the data behind every figure of agreement.",
    "Highlights": "One row a labelled span: what was marked, by whom, as what, and where.",
    "Traces": "One row a trace: scores, cost, timing and the beginning of the answer.",
    "Rubrics": "The questions, their scales and when to choose each point.",
}


def write_workbook(
    content: ReportContent, path: Path, progress: Progress = lambda fraction, text: None
) -> list[ExportedSheet]:
    """Write the workbook; traces and ratings are streamed.

    Args:
        progress: called every few hundred rows with the fraction done; whatever it raises ends
            the writing, and ``path`` holds no workbook then.

    Returns:
        The sheets in their order, with their rows of data.
    """
    with TemporaryDirectory(prefix=".evaldesk-", dir=path.parent) as scratch:
        book = ScratchBook(Path(scratch))
        try:
            return _written(book, content, path, progress)
        except BaseException:
            _discard(book)
            raise


def _written(
    book: ScratchBook, content: ReportContent, path: Path, progress: Progress
) -> list[ExportedSheet]:
    book.properties.title = visible(content.project)[:255]
    book.properties.creator = visible(content.author or content.program)[:255]
    book.properties.created = datetime.now(UTC).replace(tzinfo=None, microsecond=0)
    total = max(1, content.traces.size + content.ratings.size)
    first = summary.begin(book)
    sheets: list[SheetWriter] = []
    if content.metrics:
        sheets.append(scores.write(book, content))
    sheets += comparison.write(book, content)
    if content.rubrics:
        sheets.append(agreement.write(book, content))
        sheets += disagreements.write(book, content)
    if content.comparisons:
        sheets += comparison.write_pairs(book, content)
        sheets += comparison.write_left_out(book, content)
    if content.rubrics:
        sheets += ratings.write(book, _counted(content.ratings, progress, 0, total, "Ratings"))
    if content.highlights.size:
        sheets += highlights.write(book, content.highlights.rows())
    sheets += traces.write(
        book,
        content,
        _counted(content.traces, progress, content.ratings.size, total, "Traces"),
    )
    if content.rubrics:
        sheets.append(rubrics.write(book, content))
    listed = [ExportedSheet(sheet.title, sheet.data_rows) for sheet in sheets]
    summary.finish(first, content, [(item, _held(item.name)) for item in listed])
    progress(0.95, path.name)
    for sheet in (first, *sheets):
        sheet.close()
    book.save(path)
    return [ExportedSheet(first.title, first.data_rows), *listed]


def _held(name: str) -> str:
    if name.startswith("Comparison"):
        return "Two runs, paired: difference with interval and test, by slice, with a chart."
    return _HELD[name.partition(" (")[0]]


def _counted(
    stream: Stream[T], progress: Progress, before: int, total: int, text: str
) -> Iterator[T]:
    for number, item in enumerate(stream.rows()):
        if number % _EVERY == 0:
            progress(0.95 * min(1.0, (before + number) / total), text)
        yield item


def _discard(book: Any) -> None:
    # openpyxl keeps each sheet in a temporary file until the workbook is saved.
    for sheet in book.worksheets:
        with suppress(Exception):
            if not sheet.closed:
                sheet.close()
        with suppress(Exception):
            sheet._writer.cleanup()
