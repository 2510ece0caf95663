"""The workbook as a reader gets it, from a project with two runs, three raters and rulings."""

import dataclasses
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine

from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.report import ExportResult
from evaldesk.domain.rubric import Criterion, FailureMode, Point, Rubric, Scale
from evaldesk.domain.trace import Scenario, Score, TraceRecord
from evaldesk.services.comparing.comparison import compare
from evaldesk.services.exporting.files import FileExport, export_file
from evaldesk.services.exporting.reporting import export_workbook
from evaldesk.services.importing.ratings import RatingImport, import_ratings
from evaldesk.services.judging.adjudication import disagreements
from evaldesk.services.judging.agreement import agreement
from evaldesk.storage.project import Project

RUBRIC = Rubric(
    "Quality",
    (
        Criterion(
            "correct",
            Scale("binary", (Point("no", "Not correct"), Point("yes", "Correct"))),
            question="Is it right?",
        ),
        Criterion("helpful", Scale("ordinal", tuple(Point(n) for n in (1, 2, 3, 4, 5)))),
        Criterion("polite", Scale("binary", (Point("no"), Point("yes")))),
    ),
    failure_modes=(FailureMode("invented", "Invented", "No source says it.", "S1"),),
)
ANSWERS = ("=1+1", "+49 30 1", "-3 days", "@ada", "line\r\nline\x00", "x" * 3000, "_x0041_")


def record(number: int, run: str, passed: bool, status: Any = "ok") -> TraceRecord:
    answer = ANSWERS[number % len(ANSWERS)]
    return TraceRecord(
        Scenario(
            f"case-{number:02}",
            f"Question {number}?" + (" new wording" if run == "new" and number == 3 else ""),
            tier=("critical", "important")[number % 2],
            slices={"language": ("de", "en")[number % 2]},
        ),
        {"messages": [{"role": "assistant", "parts": [{"type": "text", "content": answer}]}]},
        status=status,
        scores={}
        if status == "error"
        else {"pass": Score(float(passed)), "depth": Score(number / 4)},
        error="=HTTP 503" if status == "error" else "",
        started_at=f"2026-03-01T10:{number:02}:00+02:00",
        latency_ms=1000.5 + number,
        cost=0.001 * number,
    )  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with Project.create(tmp_path_factory.mktemp("p") / "a.evaldesk", "=Support & <care>") as made:
        with made.ingest("cases.jsonl") as writer:
            for run, every in (("old", 2), ("new", 4)):
                writer.run(run, system=f"model {run}", dataset="cases", details={})
                for number in range(24):
                    if run == "new" and number == 5:
                        continue
                    status = "error" if run == "old" and number == 7 else "ok"
                    writer.add(record(number, run, number % every != 0, status), run)
            writer.finish("Ada")
        made.rubrics.save(RUBRIC, "Ada")
        rows = made.traces.rows(made.traces.ids(TraceQuery(run="old")))
        with made.bring_ratings("Quality", "test") as writer_:
            for number, row in enumerate(rows):
                for rater, shift in (("Ada", 0), ("Ben", 1), ("Chidi", 2)):
                    if number == 1 and rater == "Chidi":
                        continue
                    correct = "yes" if (number + (shift if number % 6 == 0 else 0)) % 3 else "no"
                    writer_.add(row.pk, row.id, "correct", rater, correct, comment="=bad")
                    writer_.add(row.pk, row.id, "helpful", rater, 1 + (number + shift // 2) % 5)
                    writer_.add(row.pk, row.id, "polite", rater, "yes")
            first = rows[0]
            writer_.add(first.pk, first.id, "#failure_modes", "Ada", ["invented", "=other"])
            writer_.add(first.pk, first.id, "#severity", "Ada", "S1")
            writer_.add(first.pk, first.id, "#comment", "Ada", "+1")
            writer_.flush()
            writer_.submit_all([(row.pk, "Ada") for row in rows])
        worst = disagreements(made, "Quality")[0]
        for kind, value, reason in (
            ("other", "yes", "=Because"),
            ("rubric_unsettled", None, "On second thought."),
        ):
            made.rulings.append(
                worst.trace_pk, "Quality", worst.criterion, kind, value, reason, "Ada"  # type: ignore[arg-type]
            )  # fmt: skip
        yield made


@pytest.fixture(scope="module")
def exported(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> tuple[ExportResult, Any]:
    path = tmp_path_factory.mktemp("x") / "out.xlsx"
    result = export_workbook(
        project, path, author="=Ada", comparisons=[("old", "new", "pass")], resamples=200
    )
    return result, openpyxl.load_workbook(path)


def table(sheet: Any, header: int = 1) -> list[dict[str, Any]]:
    rows = list(sheet.iter_rows(min_row=header, values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def rows_below(sheet: Any, title: str) -> Iterator[tuple[Any, ...]]:
    """The rows of the table whose header begins so."""
    rows = sheet.iter_rows(values_only=True)
    for row in rows:
        if row[0] == title:
            break
    for row in rows:
        if row[0] is None:
            return
        yield row


def test_the_result_names_every_sheet_with_its_rows(exported: tuple[ExportResult, Any]) -> None:
    result, book = exported
    assert [sheet.name for sheet in result.sheets] == book.sheetnames
    assert book.sheetnames == [
        "Summary",
        "Scores",
        "Comparison",
        "Agreement",
        "Disagreements",
        "Ruling history",
        "Pairs",
        "Left out",
        "Ratings",
        "Traces",
        "Rubrics",
    ]
    rows = {sheet.name: sheet.rows for sheet in result.sheets}
    assert rows["Traces"] == 47 == book["Traces"].max_row - 1
    assert rows["Ratings"] == book["Ratings"].max_row - 1
    assert result.rows == sum(rows.values())


def test_nothing_that_was_imported_is_a_formula_an_error_or_a_link_out(
    exported: tuple[ExportResult, Any],
) -> None:
    result, book = exported
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in "snbd", (sheet.title, cell.coordinate, cell.value)
                if cell.hyperlink is not None:
                    assert cell.hyperlink.target is None
    sheets = python_calamine.CalamineWorkbook.from_path(result.path).sheet_names
    assert sheets == book.sheetnames


def test_traces_are_typed_frozen_and_filtered(exported: tuple[ExportResult, Any]) -> None:
    sheet = exported[1]["Traces"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions
    found = {(row["Run"], row["Scenario"]): row for row in table(sheet)}
    row = found["old", "case-00"]
    assert row["Answer"] == "=1+1"
    assert row["Started, UTC"] == datetime(2026, 3, 1, 8, 0)
    assert (row["pass"], row["depth"], row["Latency, ms"]) == (0, 0.0, 1000.5)
    assert row["slice: language"] == "de"
    assert row["Full id"].startswith(row["Trace"])
    assert len(row["Full id"]) == 64
    assert found["old", "case-04"]["Answer"] == "line\nline␀"
    assert found["old", "case-05"]["Answer"] == "x" * 2000 + "… [cut, 3,000 characters]"
    # The escape keeps Excel from reading the characters as another one.
    assert found["old", "case-06"]["Answer"] == "_x005F_x0041_"
    failed = found["old", "case-07"]
    assert failed["Status"] == "error"
    assert failed["Error"] == "=HTTP 503"
    assert failed["pass"] is None


def test_ratings_are_one_row_an_answer(
    project: Project, exported: tuple[ExportResult, Any]
) -> None:
    found = table(exported[1]["Ratings"])
    answers = [row for row in found if row["Kind"] == "answer"]
    assert len(answers) == project.ratings.count() == 24 * 3 * 3 - 3
    assert {row["Rater"] for row in answers} == {"Ada", "Ben", "Chidi"}
    correct = next(row for row in answers if row["Criterion"] == "correct")
    assert correct["Label"] in ("Correct", "Not correct")
    assert correct["Comment"] == "=bad"
    assert {row["Version"] for row in answers} == {1}
    assert {row["Submitted"] for row in answers if row["Rater"] == "Ada"} == {"yes"}
    assert {row["Submitted"] for row in answers if row["Rater"] == "Ben"} == {"draft"}
    others = [(row["Kind"], row["Value"], row["Comment"]) for row in found if row not in answers]
    assert others == [
        ("failure mode", "invented", None),
        ("failure mode", "=other", None),
        ("severity", "S1", None),
        ("comment", None, "+1"),
    ]


def test_agreement_says_what_the_service_says(
    project: Project, exported: tuple[ExportResult, Any]
) -> None:
    sheet = exported[1]["Agreement"]
    shown = {row[0]: row for row in list(rows_below(sheet, "Criterion"))}
    expected = agreement(project, "Quality", resamples=200)
    assert set(shown) == {item.criterion for item in expected}
    for item in expected:
        row = shown[item.criterion]
        assert row[3] == pytest.approx(item.alpha.value) if item.alpha.value else row[3] is None
        assert row[4] == pytest.approx(item.alpha.low) if item.alpha.low else row[4] is None
        assert row[12:17] == (
            item.units,
            item.pairable_units,
            item.raters,
            item.ratings,
            item.missing,
        )
    assert shown["polite"][1] == "undefined"
    assert "every rating is the same" in shown["polite"][17]
    assert shown["helpful"][1] in ("reliable", "tentative", "not shown reliable")


def test_every_chart_draws_its_interval(exported: tuple[ExportResult, Any]) -> None:
    book = exported[1]
    for name, count in (("Scores", 2), ("Comparison", 1), ("Agreement", 1)):
        charts = book[name]._charts
        assert len(charts) == count, name
        for chart in charts:
            assert chart.series[0].errBars is not None, name


def test_disagreements_have_raters_in_columns_and_the_ruling_that_stands(
    project: Project, exported: tuple[ExportResult, Any]
) -> None:
    found = table(exported[1]["Disagreements"])
    expected = disagreements(project, "Quality")
    assert len(found) == len(expected)
    for row, item in zip(found, expected, strict=True):
        assert (row["Full id"], row["Criterion"]) == (item.trace, item.criterion)
        assert row["Spread"] == pytest.approx(item.spread)
        given = {rater: row[rater] for rater in ("Ada", "Ben", "Chidi") if row[rater] is not None}
        assert given == dict(item.answers)
    ruled = found[0]
    assert ruled["Ruling"] == "the rubric does not settle it"
    assert ruled["Gold value"] is None
    assert ruled["Reason"] == "On second thought."
    assert {row["Ruling"] for row in found[1:]} == {"open"}
    history = table(exported[1]["Ruling history"])
    assert [(row["Reason"], row["Stands"]) for row in history] == [
        ("=Because", "replaced"),
        ("On second thought.", "stands"),
    ]
    assert history[1]["Supersedes"] == history[0]["Ruling’s id"]


def test_the_comparison_is_the_service_s_and_nothing_is_left_out_in_silence(
    project: Project, exported: tuple[ExportResult, Any]
) -> None:
    book = exported[1]
    expected = compare(project, "old", "new", "pass", by=["tier", "language"])
    rows = {row[0]: row for row in book["Comparison"].iter_rows(values_only=True) if row[0]}
    assert rows["Difference, B − A"][1] == pytest.approx(expected.difference.value)
    assert rows["Difference, B − A"][2] == pytest.approx(expected.difference.low)
    assert rows["Difference, B − A"][4] == expected.difference.n
    assert rows["p-value"][1] == pytest.approx(expected.p_value)
    assert rows["B is worse"][1] == expected.losses
    for part in expected.slices:
        row = rows[f"{part.name}: {part.value}"]
        assert row[1] == pytest.approx(part.difference.value)
        assert row[6] == pytest.approx(part.p_adjusted) if part.p_adjusted else row[6] is None
    pairs = table(book["Pairs"])
    assert len(pairs) == len(expected.pairs)
    worse = [row["Scenario"] for row in pairs if row["Outcome"] == "B is worse"]
    assert worse == [pair.scenario for pair in expected.regressions]
    left_out = {(row["Scenario"], row["Why it is left out"]) for row in table(book["Left out"])}
    assert left_out == {(item.scenario, item.reason) for item in expected.unpaired}
    assert {"case-03", "case-05", "case-07"} <= {scenario for scenario, _ in left_out}


def test_the_summary_stands_alone(project: Project, exported: tuple[ExportResult, Any]) -> None:
    sheet = exported[1]["Summary"]
    assert sheet["A1"].value == "=Support & <care>"
    assert "by =Ada with EvalDesk" in sheet["A2"].value
    texts = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    whole = "\n".join(texts)
    assert "infrastructure error" in whole
    assert "different texts" in whole
    assert RUBRIC.hash in whole
    assert "20261" in whole
    links = {cell.value for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert set(exported[1].sheetnames) - {"Summary"} <= links
    for row in sheet.iter_rows(values_only=True):
        if row[:2] == ("old", "pass"):
            # 23 of 24 scenarios ended well; the error is neither a pass nor a failure.
            assert row[2] == pytest.approx(11 / 23)
            assert row[3] < row[2] < row[4]
            assert row[5:9] == (23, 23, 1, 0)
            assert row[10] == "Wilson, 95% interval"
            break
    else:
        pytest.fail("no row for the pass rate of the old run")


def test_an_existing_file_is_replaced_only_when_told(project: Project, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"precious")
    with pytest.raises(UsageError, match="exists already"):
        export_workbook(project, path)
    assert path.read_bytes() == b"precious"
    export_workbook(project, path, overwrite=True, resamples=100)
    assert openpyxl.load_workbook(path).sheetnames[0] == "Summary"
    assert os.listdir(tmp_path) == ["a.xlsx"]


@pytest.mark.parametrize("stop_at", [0.0, 0.35, 0.9])
def test_a_cancelled_export_leaves_nothing_behind_and_the_old_file_alone(
    project: Project, tmp_path: Path, stop_at: float
) -> None:
    class Stop(Exception):
        pass

    def progress(fraction: float, text: str) -> None:
        if fraction >= stop_at:
            raise Stop

    path = tmp_path / "a.xlsx"
    path.write_bytes(b"precious")
    with pytest.raises(Stop):
        export_workbook(project, path, overwrite=True, resamples=100, progress=progress)
    assert path.read_bytes() == b"precious"
    assert os.listdir(tmp_path) == ["a.xlsx"]


def test_what_cannot_be_written_is_said_in_words(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="There is no folder"):
        export_workbook(project, tmp_path / "none" / "a.xlsx")
    with pytest.raises(UsageError, match="is a folder"):
        export_workbook(project, tmp_path)
    with pytest.raises(NotFoundError, match="Quality"):
        export_workbook(project, tmp_path / "a.xlsx", rubric="Qualty")
    assert os.listdir(tmp_path) == []


def test_progress_rises_to_the_end(project: Project, tmp_path: Path) -> None:
    seen: list[float] = []
    export_workbook(
        project,
        tmp_path / "a",
        resamples=100,
        progress=lambda fraction, text: seen.append(fraction),
    )
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert (tmp_path / "a.xlsx").is_file()


def test_an_empty_project_makes_a_workbook_too(tmp_path: Path) -> None:
    with Project.create(tmp_path / "empty.evaldesk") as empty:
        result = export_workbook(empty, tmp_path / "a.xlsx")
    assert [sheet.name for sheet in result.sheets] == ["Summary", "Traces"]
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["Traces"].max_row == 1


def test_repeated_trials_count_as_one_scenario(tmp_path: Path) -> None:
    with Project.create(tmp_path / "p.evaldesk") as made:
        with made.ingest("cases.jsonl") as writer:
            writer.run("run", system="m", dataset="d", details={})
            for number in range(6):
                for trial in range(4):
                    item = dataclasses.replace(
                        record(number, "run", (number + trial) % 2 == 0), trial=trial
                    )
                    writer.add(item, "run")
            writer.finish("Ada")
        export_workbook(made, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["Summary"]
    row = next(row for row in sheet.iter_rows(values_only=True) if row[:2] == ("run", "pass"))
    assert row[2] == pytest.approx(0.5)
    assert row[5:7] == (6, 24)
    assert "each the mean of its trials" in str(row[10])


def test_lists_and_canonical_traces_come_out_of_a_project(project: Project, tmp_path: Path) -> None:
    for name, rows in (("traces-csv", 47), ("ratings-csv", 217), ("jsonl", 47)):
        result = export_file(project, tmp_path / f"{name}.txt", FileExport(name))
        assert result.rows == rows, name
        assert (tmp_path / f"{name}.txt").stat().st_size > 1000
    with pytest.raises(NotFoundError, match="jsonl"):
        export_file(project, tmp_path / "x", FileExport("jsnol"))


def test_real_ratings_of_three_people(shared_data: Path, tmp_path: Path) -> None:
    found = sorted(shared_data.rglob("newsroom.judgebench.json.gz"))
    if not found:
        pytest.skip("no NEWSROOM ratings in the shared data")
    with Project.create(tmp_path / "n.evaldesk") as made:
        import_ratings(
            made,
            found[0],
            RatingImport("Newsroom", create_units=True, create_rubric="ordinal"),
        )
        result = export_workbook(made, tmp_path / "n.xlsx", resamples=200)
    rows = {sheet.name: sheet.rows for sheet in result.sheets}
    assert rows["Ratings"] == 4 * 1260
    assert rows["Traces"] == 420
    sheet = openpyxl.load_workbook(tmp_path / "n.xlsx")["Agreement"]
    shown = {row[0]: row[3] for row in rows_below(sheet, "Criterion")}
    published = {
        "Informativeness": 0.284873,
        "Relevance": 0.115121,
        "Fluency": -0.015808,
        "Coherence": 0.064972,
    }
    for criterion, alpha in published.items():
        assert shown[criterion] == pytest.approx(alpha, abs=1e-6)
