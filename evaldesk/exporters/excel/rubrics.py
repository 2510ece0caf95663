"""The sheet Rubrics: the questions in full, so that the figures can be read without the project."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from evaldesk.domain.report import ReportContent
from evaldesk.domain.rubric import Criterion, Rubric
from evaldesk.exporters.excel import style
from evaldesk.exporters.excel.sheet import Column, SheetWriter

if TYPE_CHECKING:
    from evaldesk.exporters.excel.scratch import ScratchBook

_DIRECTIONS = {"higher": "higher is better", "lower": "lower is better", "none": ""}
COLUMNS = (
    Column("Criterion", 22, "strong"),
    Column("Title", 24, "wrapped"),
    Column("Question", 50, "wrapped"),
    Column("Scale", 12),
    Column("Value", 12, "value"),
    Column("Label", 22),
    Column("When to choose it", 60, "wrapped"),
    Column("Direction", 16),
    Column("Required", 10),
)


def write(book: "ScratchBook", content: ReportContent) -> SheetWriter:
    """Write the sheet."""
    sheet = SheetWriter(book, "Rubrics", [item.width for item in COLUMNS], color=style.GREY)
    sheet.line("What raters were asked", "title", 26)
    for report in content.rubrics:
        rubric = report.rubric
        sheet.heading(f"{rubric.name}, version {rubric.version}")
        sheet.line(f"Hash of its questions: {report.hash}", "subtitle")
        if rubric.guidance:
            sheet.paragraph(rubric.guidance, 1, 6)
        sheet.table(COLUMNS, _criteria(rubric))
        if rubric.failure_modes:
            sheet.blank()
            columns = (
                Column("Failure mode", 22, "strong"),
                Column("Title", 24, "wrapped"),
                Column("Definition", 50, "wrapped"),
                Column("Severity", 12),
            )
            sheet.table(
                columns,
                [
                    [mode.name, mode.title or None, mode.definition or None, mode.severity or None]
                    for mode in rubric.failure_modes
                ],
            )
    return sheet


def _criteria(rubric: Rubric) -> Iterator[list[Any]]:
    for item in rubric.criteria:
        head = [item.name, item.title or None, item.question or None, item.scale.kind]
        tail = [_DIRECTIONS[item.direction] or None, "yes" if item.required else "no"]
        if not item.scale.points:
            yield [*head, _bounds(item), None, None, *tail]
            continue
        for number, point in enumerate(item.scale.points):
            label = None if point.text == str(point.value) else point.text
            shown = [point.value, label, point.anchor or None]
            if number == 0:
                yield [*head, *shown, *tail]
            else:
                yield [None, None, None, None, *shown, None, None]


def _bounds(item: Criterion) -> str | None:
    low, high, unit = item.scale.minimum, item.scale.maximum, item.scale.unit
    if low is None and high is None:
        return unit or None
    words = " – ".join("…" if end is None else f"{end:g}" for end in (low, high))
    return f"{words} {unit}".strip()
