"""The sheet Summary: what is in the file and what it says, for whoever reads only this page."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from evaldesk.domain.report import ExportedSheet, ReportContent, reading
from evaldesk.exporters.excel import style
from evaldesk.exporters.excel.comparison import sheet_name
from evaldesk.exporters.excel.sheet import (
    Column,
    Link,
    SheetWriter,
    Styled,
    Undefined,
    interval,
    method,
    utc,
)
from evaldesk.exporters.excel.style import Kind

if TYPE_CHECKING:
    from evaldesk.exporters.excel.scratch import ScratchBook

TITLE = "Summary"
WIDTHS = (34, 26, 12, 10, 10, 10, 10, 10, 10, 14, 96)
LAST = len(WIDTHS)


def begin(book: "ScratchBook") -> SheetWriter:
    """Make the sheet, the first one; `finish` writes it when all the others are known."""
    return SheetWriter(book, TITLE, WIDTHS, color=style.INK)


def finish(
    sheet: SheetWriter, content: ReportContent, others: Sequence[tuple[ExportedSheet, str]]
) -> None:
    """Write the sheet.

    Args:
        others: the other sheets, each with what it holds in words.
    """
    sheet.line(content.project, "title", 28)
    made = utc(content.created_at)
    when = f"{made:%Y-%m-%d %H:%M} UTC" if hasattr(made, "strftime") else content.created_at
    by = f" by {content.author}" if content.author else ""
    sheet.line(f"Evaluation workbook, made {when}{by} with {content.program}", "subtitle")
    raters = len(content.raters)
    sheet.line(
        f"{len(content.runs):,} runs · {content.scenarios:,} scenarios · "
        f"{content.traces.size:,} traces · {raters:,} raters · "
        f"{sum(item.ratings for item in content.rubrics):,} ratings · "
        f"{sum(item.open for item in content.rubrics):,} open disagreements · "
        f"{sum(len(item.rulings) for item in content.rubrics):,} rulings",
        "subtitle",
    )
    _contents(sheet, others)
    _runs(sheet, content)
    _scores(sheet, content)
    if content.rubrics:
        _agreement(sheet, content)
        _rulings(sheet, content)
    if content.comparisons:
        _comparisons(sheet, content)
    if content.notes:
        sheet.heading("What to keep in mind", LAST)
        for note in content.notes:
            sheet.paragraph(note.text, 2, LAST, (note.about,))
    _provenance(sheet, content)


def _contents(sheet: SheetWriter, others: Sequence[tuple[ExportedSheet, str]]) -> None:
    sheet.heading("What is inside", LAST)
    sheet.head((Column("Sheet", 34), Column("What it holds", 26), Column("", 12)))
    for item, words in others:
        kinds: tuple[Kind, ...] = ("link", "text")
        sheet.row((Link(item.name, item.name), f"{item.rows:,} rows. {words}"), kinds)


def _runs(sheet: SheetWriter, content: ReportContent) -> None:
    sheet.heading("Runs", LAST)
    columns = (
        Column("Run", 34, "strong"),
        Column("System", 26),
        Column("Scenarios", 12, "integer"),
        Column("Traces", 10, "integer"),
        Column("Errors", 10, "integer"),
        Column("Dataset", 10),
    )

    def rows() -> Iterator[list[Any]]:
        for item in content.runs:
            run = item.run
            dataset = " ".join(
                part
                for part in (
                    run.dataset,
                    f"(version {item.dataset_version[:12]})" if item.dataset_version else "",
                    f"from {run.source}" if run.source else "",
                )
                if part
            )
            yield [run.name, run.system or None, run.scenarios, run.traces, run.errors, dataset]

    first, last = sheet.table(columns, rows())
    sheet.rule(5, first, last, style.when("{cell}>0", style.BAD_FILL))


def _scores(sheet: SheetWriter, content: ReportContent) -> None:
    if not content.metrics:
        return
    sheet.heading("Scores of each run", LAST)
    columns = (
        Column("Run", 34, "strong"),
        Column("Score", 26),
        Column("Value", 12, "number"),
        Column("low", 10, "number"),
        Column("high", 10, "number"),
        Column("n, scenarios", 10, "integer"),
        Column("Traces", 10, "integer"),
        Column("Errors left out", 10, "integer"),
        Column("Without value", 10, "integer"),
        Column("Is a", 14),
        Column("How", 96, "wrapped"),
    )

    def rows() -> Iterator[list[Any]]:
        for item in content.runs:
            for score in item.metrics:
                kind: Kind = "percent" if score.binary else "number"
                yield [
                    item.run.name,
                    score.metric,
                    *interval(score.estimate, kind),
                    score.scenarios,
                    score.traces,
                    score.errors,
                    score.missing,
                    "rate" if score.binary else "mean",
                    method(score.estimate),
                ]

    sheet.table(columns, rows())


def _agreement(sheet: SheetWriter, content: ReportContent) -> None:
    sheet.heading("Agreement between raters", LAST)
    columns = (
        Column("Rubric", 34, "strong"),
        Column("Criterion", 26),
        Column("Alpha", 12, "number"),
        Column("low", 10, "number"),
        Column("high", 10, "number"),
        Column("n, pairable units", 10, "integer"),
        Column("Raters", 10, "integer"),
        Column("Ratings", 10, "integer"),
        Column("Missing", 10, "integer"),
        Column("Level", 14),
        Column("Reading, and how", 96, "wrapped"),
    )

    def rows() -> Iterator[list[Any]]:
        for report in content.rubrics:
            for item in report.agreement:
                yield [
                    f"{report.rubric.name}, version {report.rubric.version}",
                    item.criterion,
                    *interval(item.alpha, "number"),
                    item.pairable_units,
                    item.raters,
                    item.ratings,
                    item.missing,
                    item.level,
                    f"{reading(item.alpha)}; {method(item.alpha)}",
                ]

    first, last = sheet.table(columns, rows())
    for word, fill in (
        ("reliable", style.GOOD_FILL),
        ("tentative", style.WARN_FILL),
        ("not shown", style.BAD_FILL),
    ):
        test = f'LEFT($K{first},{len(word)})="{word}"'
        sheet.rule(3, first, last, style.when(test, fill))


def _rulings(sheet: SheetWriter, content: ReportContent) -> None:
    sheet.heading("Disagreements and rulings", LAST)
    columns = (
        Column("Rubric", 34, "strong"),
        Column("Disagreements", 26, "integer"),
        Column("ruled", 12, "integer"),
        Column("open", 10, "integer"),
        Column("Rulings ever made", 10, "integer"),
    )
    sheet.table(
        columns,
        [
            [
                f"{item.rubric.name}, version {item.rubric.version}",
                len(item.disagreements),
                item.ruled,
                item.open,
                len(item.rulings),
            ]
            for item in content.rubrics
        ],
    )


def _comparisons(sheet: SheetWriter, content: ReportContent) -> None:
    sheet.heading("Comparisons, B minus A", LAST)
    columns = (
        Column("Run A and run B", 34, "link"),
        Column("Metric", 26),
        Column("Difference", 12, "fraction"),
        Column("low", 10, "fraction"),
        Column("high", 10, "fraction"),
        Column("n, pairs", 10, "integer"),
        Column("B better", 10, "integer"),
        Column("equal", 10, "integer"),
        Column("B worse", 10, "integer"),
        Column("p", 14, "p"),
        Column("How", 96, "wrapped"),
    )

    def rows() -> Iterator[list[Any]]:
        for number, item in enumerate(content.comparisons, 1):
            found = item.comparison
            kind: Kind = "points" if found.binary else "fraction"
            parts = [found.test or "", method(found.difference)]
            if found.minimum_detectable is not None:
                size = found.minimum_detectable
                shown = f"{size:.1%}" if found.binary else f"{size:.3g}"
                parts.append(f"smallest difference that would show: {shown}")
            yield [
                Link(f"A: {found.run_a}  B: {found.run_b}", sheet_name(number)),
                found.metric,
                *interval(found.difference, kind),
                found.difference.n,
                found.wins,
                found.ties,
                found.losses,
                Undefined("undefined") if found.p_value is None else Styled(found.p_value, "p"),
                "; ".join(part for part in parts if part),
            ]

    sheet.table(columns, rows())


def _provenance(sheet: SheetWriter, content: ReportContent) -> None:
    sheet.heading("Where it comes from", LAST)
    kinds: tuple[Kind, Kind] = ("strong", "text")
    for item in content.datasets:
        words = (
            f"{item.scenarios:,} scenarios; hash {item.id}; runs: {', '.join(item.runs) or 'none'}"
        )
        sheet.row((f"Dataset {item.dataset}", words), kinds)
    for report in content.rubrics:
        words = f"hash {report.hash}; raters: {', '.join(report.raters) or 'none'}"
        sheet.row((f"Rubric {report.rubric.name}, version {report.rubric.version}", words), kinds)
    for name, value in content.settings.items():
        sheet.row((name, value), kinds)
    sheet.row(
        ("Times", "are UTC; a source that named no zone is taken to mean UTC."),
        kinds,
    )
    sheet.row(
        (
            "Texts",
            "are shown, never computed: what begins like a formula is text. Control characters "
            "stand as their pictures (␀), and “… [cut, N characters]” marks what was cut.",
        ),
        kinds,
    )
