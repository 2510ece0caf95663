"""Highlights are only ever appended, and follow what their trace said."""

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy.exc import DatabaseError

from evaldesk.domain.errors import EvalDeskError, NotFoundError, UsageError
from evaldesk.domain.highlight import Highlight
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceBody, TraceRecord
from evaldesk.exporters.csv import write_ratings as write_csv
from evaldesk.exporters.excel.workbook import write_workbook
from evaldesk.exporters.parquet import write_ratings as write_parquet
from evaldesk.services.exporting.report_content import list_content, workbook_content
from evaldesk.services.finding.facets import vocabulary
from evaldesk.services.finding.query import parse
from evaldesk.services.importing.ratings import RatingImport, import_ratings
from evaldesk.services.reading import highlights
from evaldesk.services.reading.passages import passages_of
from evaldesk.storage.project import Project

ANSWER = "Your refund of 12,50 was booked. It will be there on Friday.\r\nGood bye 👋🏽."


def said(role: str, text: str) -> dict[str, object]:
    return {"role": role, "parts": [{"type": "text", "content": text}]}


def add(project: Project, body: TraceBody, run: str, key: str = "RET-1") -> int:
    with project.ingest(run) as writer:
        writer.run(run, system=run, dataset="", details={})
        writer.add(TraceRecord(Scenario(key, "Where is it?"), body, system=run), run)
        writer.finish("")
    return max(project.traces.ids(TraceQuery()))


def body(*messages: dict[str, object]) -> TraceBody:
    return {"messages": list(messages)}  # type: ignore[typeddict-item]


@pytest.fixture
def trace_pk(project: Project) -> int:
    return add(
        project,
        body(said("system", "Be kind."), said("user", "Where is it?"), said("assistant", ANSWER)),
        "one",
    )


def mark(
    project: Project, pk: int, words: str, author: str = "Ada", label: str = "late", **more: object
) -> Highlight:
    trace = project.traces.read(pk)
    looked = passages_of(trace)
    index = next(at for at, one in enumerate(looked) if words in one.text)
    at = looked[index].text.index(words)
    made = highlights.make(
        trace,
        looked,
        looked[index].step,
        looked[index].key,
        at,
        at + len(words),
        author=author,
        kind="mode",
        label=label,
        **more,  # type: ignore[arg-type]
    )
    return project.highlights.put(made)


def words_of(placed) -> list[str]:
    return [one.anchor.quote for one, _ in placed.found]


def test_a_changed_label_and_a_removal_leave_the_history(project: Project, trace_pk: int) -> None:
    first = mark(project, trace_pk, "12,50", comment="too much", severity="S2")
    second = project.highlights.put(replace(first, label="wrong_sum", comment=""))
    assert [one.label for one in project.highlights.of_trace(trace_pk)] == ["wrong_sum"]
    project.highlights.remove(second)
    assert project.highlights.of_trace(trace_pk) == []
    project.highlights.put(second)  # as when the removal is undone
    assert [one.label for one in project.highlights.of_trace(trace_pk)] == ["wrong_sum"]
    history = project.highlights.history(first.id)
    assert [(one.label, one.comment, gone) for one, gone in history] == [
        ("late", "too much", False),
        ("wrong_sum", "", False),
        ("wrong_sum", "", True),
        ("wrong_sum", "", False),
    ]
    assert len(project.highlights.everything()) == 1


def test_no_row_is_changed_or_deleted(project: Project, trace_pk: int) -> None:
    mark(project, trace_pk, "12,50")
    for statement in ("UPDATE highlight SET label = 'x'", "DELETE FROM highlight"):
        with pytest.raises((DatabaseError, EvalDeskError)), project.database.write() as connection:
            connection.exec_driver_sql(statement)


def test_nobody_changes_or_removes_anothers(project: Project, trace_pk: int) -> None:
    own = mark(project, trace_pk, "12,50")
    with pytest.raises(NotFoundError):
        project.highlights.put(replace(own, author="Bo"))
    with pytest.raises(NotFoundError):
        project.highlights.remove(replace(own, author="Bo"))
    with pytest.raises(NotFoundError):
        project.highlights.remove(replace(own, id="none"))


def test_what_has_no_label_author_or_words_is_refused(project: Project, trace_pk: int) -> None:
    own = mark(project, trace_pk, "12,50")
    for wrong in (
        replace(own, label=" "),
        replace(own, author=""),
        replace(own, severity="S9"),
        replace(own, anchor=replace(own.anchor, quote=" ")),
    ):
        with pytest.raises(UsageError):
            project.highlights.put(wrong)


def test_one_sees_ones_own(project: Project, trace_pk: int) -> None:
    mark(project, trace_pk, "12,50")
    mark(project, trace_pk, "Friday", "Bo")
    trace = project.traces.read(trace_pk)
    assert words_of(highlights.of_trace(project, trace, "Ada")) == ["12,50"]
    assert words_of(highlights.of_trace(project, trace, "Bo")) == ["Friday"]
    assert words_of(highlights.of_trace(project, trace, "")) == []
    assert project.highlights.labels("Ada") == ["late"]


def test_a_reading_has_its_own(project: Project, trace_pk: int) -> None:
    mark(project, trace_pk, "12,50")
    mark(project, trace_pk, "Friday", reading=1)
    trace = project.traces.read(trace_pk)
    assert words_of(highlights.of_trace(project, trace, "Ada", reading=1)) == ["Friday"]
    assert words_of(highlights.of_trace(project, trace, "Ada")) == ["12,50", "Friday"]


def test_a_reimport_in_another_shape_keeps_them(project: Project, trace_pk: int) -> None:
    mark(project, trace_pk, "12,50 was booked")
    mark(project, trace_pk, "Where is it?", label="rude")
    again = add(
        project,
        body(
            said("user", "Where is it?"),
            {
                "role": "assistant",
                "parts": [
                    {"type": "reasoning", "content": "Look it up."},
                    {"type": "text", "content": ANSWER.replace("\r\n", "\n")},
                ],
            },
        ),
        "again",
    )
    assert again != trace_pk
    placed = highlights.of_trace(project, project.traces.read(again), "Ada")
    assert words_of(placed) == ["Where is it?", "12,50 was booked"]
    assert [where.standing for _, where in placed.found] == ["same", "same"]


def test_another_system_that_says_something_else_has_none_of_them(
    project: Project, trace_pk: int
) -> None:
    mark(project, trace_pk, "Where is it?")
    other = add(project, body(said("user", "Where is it?"), said("assistant", "No.")), "two")
    assert words_of(highlights.of_trace(project, project.traces.read(other), "Ada")) == []


def test_another_scenario_that_says_the_same_has_none_of_them(
    project: Project, trace_pk: int
) -> None:
    mark(project, trace_pk, "12,50")
    other = add(project, body(said("assistant", ANSWER)), "two", key="RET-2")
    assert words_of(highlights.of_trace(project, project.traces.read(other), "Ada")) == []


def test_what_is_gone_is_listed_and_not_lost(project: Project, trace_pk: int) -> None:
    own = mark(project, trace_pk, "12,50")
    gone = replace(own, anchor=replace(own.anchor, text_hash="0" * 64, quote="of 99,99 exactly"))
    project.highlights.put(gone)
    placed = highlights.of_trace(project, project.traces.read(trace_pk), "Ada")
    assert not placed.found
    assert [one.anchor.quote for one in placed.lost] == ["of 99,99 exactly"]


def test_calls_results_documents_and_thoughts_can_be_marked(project: Project) -> None:
    pk = add(
        project,
        {
            "messages": [
                {
                    "role": "assistant",
                    "parts": [
                        {"type": "reasoning", "content": "I should look."},
                        {"type": "tool_call", "id": "1", "name": "find", "arguments": {"q": "ref"}},
                    ],
                },
                {
                    "role": "tool",
                    "parts": [
                        {"type": "tool_call_response", "id": "1", "response": '{"found": 0}'}
                    ],
                },
            ],
            "documents": [{"content": "Refunds take 14 days."}],
        },
        "tools",
    )
    for words in ("should", '"q": "ref"', '"found": 0', "14 days"):
        mark(project, pk, words)
    placed = highlights.of_trace(project, project.traces.read(pk), "Ada")
    assert {where.key for _, where in placed.found} == {
        "reasoning",
        "arguments",
        "result",
        "document:0",
    }


def test_overlap_of_two_raters_counts_characters(project: Project, trace_pk: int) -> None:
    mark(project, trace_pk, "refund of 12,50")
    mark(project, trace_pk, "12,50 was", "Bo")
    mark(project, trace_pk, "Friday", "Bo", label="when")
    trace = project.traces.read(trace_pk)
    found = highlights.side_by_side(project, trace, [("Bo", "Rater 1"), ("Ada", "Rater 2")])
    (pair,) = found.overlaps
    assert (pair.one, pair.other) == ("Rater 1", "Rater 2")
    assert (pair.shared, pair.own, pair.others, pair.either) == (5, 15, 15, 25)
    assert pair.labelled == 5
    assert pair.iou == 0.2
    assert pair.f1 == pytest.approx(1 / 3)
    assert "Ada" not in repr(found)


def test_a_filter_finds_traces_by_the_label(project: Project, trace_pk: int) -> None:
    other = add(project, body(said("assistant", "Good bye, dear.")), "two", key="RET-2")
    mark(project, trace_pk, "12,50", label="too_much")
    gone = mark(project, other, "dear", "Bo", label="warm")
    project.highlights.remove(mark(project, other, "Good", label="too_much"))

    def found(filter: str, tags_by: str = "") -> list[int]:
        query = TraceQuery(where=parse(filter), tags_by=tags_by)
        return list(project.traces.ids(query))

    assert found('highlight = "too_much"') == [trace_pk]
    assert found('highlight != "too_much"') == [other]
    assert found("highlight exists") == [trace_pk, other]
    assert found('highlight = "warm"', tags_by="Ada") == []
    offered = vocabulary(project, TraceQuery(tags_by="Ada")).values["highlight"]
    assert [label for label, _ in offered] == ["too_much"]
    project.highlights.put(replace(gone, label="cold"))
    assert found('highlight = "warm"') == []


def test_they_go_out_with_the_ratings_and_come_back(
    project: Project, trace_pk: int, tmp_path: Path
) -> None:
    project.rubrics.save(
        Rubric.from_json(
            {
                "name": "Support",
                "criteria": [{"name": "success", "scale": {"kind": "binary"}}],
                "failure_modes": [{"name": "late"}],
            }
        ),
        "Olga",
    )
    project.ratings.answer(trace_pk, "Support", "success", "Ada", "no")
    mark(project, trace_pk, "12,50", comment='=so "much"', severity="S2", rubric="Support")
    mark(project, trace_pk, "Friday", "Bo", label="when")
    before = [one.to_json() for one in project.highlights.everything()]
    trace = project.traces.read(trace_pk)
    for ending in ("csv", "parquet"):
        path = tmp_path / f"ratings.{ending}"
        write = write_csv if ending == "csv" else write_parquet
        assert write(list_content(project), path) == 3
        with Project.create(tmp_path / f"{ending}.evaldesk") as fresh:
            with fresh.ingest("one") as writer:
                writer.run("one", system="one", dataset="", details={})
                record = TraceRecord(trace.scenario, trace.body, system="one")
                writer.add(record, "one")
                writer.finish("")
            fresh.rubrics.save(project.rubrics.get("Support"), "Olga")
            for _ in range(2):
                import_ratings(fresh, path, RatingImport("Support"))
                assert [one.to_json() for one in fresh.highlights.everything()] == before
            (pk,) = fresh.traces.ids(TraceQuery())
            placed = highlights.of_trace(fresh, fresh.traces.read(pk), "Ada")
            assert words_of(placed) == ["12,50"]


def test_the_workbook_has_a_sheet_of_them(project: Project, trace_pk: int, tmp_path: Path) -> None:
    mark(project, trace_pk, "12,50", comment="=1+1")
    path = tmp_path / "report.xlsx"
    sheets = write_workbook(workbook_content(project), path)
    assert [sheet.rows for sheet in sheets if sheet.name == "Highlights"] == [1]
    book = openpyxl.load_workbook(path)
    row = [cell.value for cell in book["Highlights"][2]]
    assert "12,50" in row
    assert all(cell.data_type != "f" for cell in book["Highlights"][2])
