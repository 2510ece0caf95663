"""Import, lists, filters, search and pages."""

import string
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError, NotFoundError, UsageError
from evaldesk.domain.query import Comparison, Every, Not, TraceQuery
from evaldesk.domain.trace import Scenario, Score, TraceRecord
from evaldesk.storage import integrity
from evaldesk.storage.project import Project
from tests.unit.storage.records import fill, record

_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
_records = st.lists(
    st.builds(
        TraceRecord,
        scenario=st.builds(Scenario, key=st.text(min_size=1, max_size=8), input=_json),
        body=st.fixed_dictionaries(
            {
                "messages": st.lists(
                    st.fixed_dictionaries(
                        {
                            "role": st.sampled_from(["user", "assistant", "tool"]),
                            "parts": st.lists(
                                st.fixed_dictionaries(
                                    {"type": st.just("text"), "content": st.text(max_size=30)}
                                ),
                                max_size=2,
                            ),
                        }
                    ),
                    max_size=3,
                ),
                "metadata": st.dictionaries(st.text(max_size=5), _json, max_size=2),
            }
        ),
        scores=st.dictionaries(
            st.sampled_from(["pass", "quality"]),
            st.builds(Score, value=st.floats(-10, 10) | st.none()),
        ),
        latency_ms=st.none() | st.floats(0, 1e6),
        tokens_in=st.none() | st.integers(0, 10**9),
        error=st.text(max_size=10),
    ),
    max_size=6,
    unique_by=lambda item: (item.scenario.key, repr(item.scenario.input)),
)


@settings(max_examples=25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(records=_records)
def test_what_goes_in_comes_out_and_nothing_goes_in_twice(
    tmp_path_factory: pytest.TempPathFactory, records: list[TraceRecord]
) -> None:
    path = tmp_path_factory.mktemp("p") / "a.evaldesk"
    with Project.create(path) as project:
        fill(project, records)
        pks = project.traces.ids(TraceQuery())
        first = [project.traces.read(pk) for pk in pks]
        fill(project, records)
        assert project.traces.ids(TraceQuery()) == pks
        assert [project.traces.read(pk) for pk in pks] == first
        for read, written in zip(first, records, strict=True):
            assert read.body == written.body
            assert read.scenario.key == written.scenario.key
            assert read.scenario.input == written.scenario.input
            assert dict(read.scores) == dict(written.scores)
            assert read.row.latency_ms == written.latency_ms
            assert read.row.tokens_in == written.tokens_in
        faults = integrity.check(project.database).faults
        assert faults == []


def test_nothing_is_written_where_one_record_fails(project: Project) -> None:
    def broken() -> None:
        with project.ingest("x.jsonl") as writer:
            writer.run("run", system="", dataset="cases", details={})
            for number in range(10):
                writer.add(record(number), "run")
            writer.flush()
            raise RuntimeError("bad record")

    with pytest.raises(RuntimeError, match="bad record"):
        broken()
    info = project.info()
    assert (info.traces, info.scenarios, info.runs, info.datasets) == (0, 0, 0, 0)


def test_another_trace_in_the_same_place_is_refused_with_its_place(project: Project) -> None:
    fill(project, [record(1)])
    with pytest.raises(InputError, match="already holds another trace of scenario “case-1”") as it:
        fill(project, [record(1, answer="Changed.", place="line 7")])
    assert it.value.record == "line 7"
    assert "--run" in it.value.hint
    assert project.traces.count() == 1


def test_equal_keys_with_other_inputs_are_other_scenarios(project: Project) -> None:
    fill(project, [record(1)], "one")
    other = TraceRecord(Scenario("case-1", "Quite another question?"), {"messages": []})
    fill(project, [other], "two")
    assert project.info().scenarios == 2
    pk = project.traces.find("one/case-1")
    assert project.traces.siblings(pk) == []


def test_a_continued_run_and_its_dataset_versions(project: Project) -> None:
    fill(project, [record(1)])
    fill(project, [record(2)])
    assert [run.traces for run in project.runs.list()] == [2]
    assert len(project.runs.planned("run")) == 2


def test_later_files_complete_a_scenario(project: Project) -> None:
    fill(project, [record(1)], "one")
    fill(project, [record(1, tier="critical", slices={"language": "de"})], "two")
    row = project.traces.rows(project.traces.ids(TraceQuery()))[0]
    assert (row.tier, dict(row.slices)) == ("critical", {"language": "de"})


@pytest.fixture
def filled(project: Project) -> Project:
    fill(
        project,
        [
            record(
                number,
                answer=f"Refund {number} naïve" if number % 4 == 0 else "No lamp.",
                tier=("critical", "important", "")[number % 3],
                slices={"language": "de" if number % 2 else "en"},
                scores={"pass": number % 2, "quality": number / 10},
                latency_ms=float(100 * (50 - number)) if number % 5 else None,
                status="error" if number == 7 else "ok",
                error="timeout" if number == 7 else "",
            )
            for number in range(50)
        ],
    )
    return project


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (Comparison("score.pass", "=", (0.0,)), 25),
        (Comparison("slice.language", "in", ("de", "fr")), 25),
        (Comparison("slice.language", "!=", ("de",)), 25),
        (Comparison("tier", "exists"), 34),
        (Comparison("status", "=", ("error",)), 1),
        (Comparison("latency_ms", ">", (4000.0,)), 8),
        (Comparison("latency_ms", "exists"), 40),
        (Comparison("error", "contains", ("time",)), 1),
        (Comparison("scenario", "=", ("case-12",)), 1),
        (Not(Comparison("status", "=", ("error",))), 49),
        (
            Every((Comparison("score.quality", ">=", (4.0,)), Comparison("trial", "=", (0.0,)))),
            10,
        ),
    ],
)
def test_filters(filled: Project, where: Any, expected: int) -> None:
    query = TraceQuery(where=where)
    assert len(filled.traces.ids(query)) == expected
    assert filled.traces.count(query) == expected


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("latncy_ms", "latency_ms"),
        ("score.pas", "pass"),
        ("slice.langage", "language"),
    ],
)
def test_an_unknown_name_offers_the_nearest(filled: Project, name: str, nearest: str) -> None:
    with pytest.raises(NotFoundError, match=f"Did you mean “{nearest}”"):
        filled.traces.ids(TraceQuery(where=Comparison(name, "=", ("1",))))


def test_a_number_compared_with_a_word_is_refused(filled: Project) -> None:
    with pytest.raises(UsageError, match="latency_ms is a number"):
        filled.traces.ids(TraceQuery(where=Comparison("latency_ms", ">", ("much",))))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("refund", 13),
        ("naive", 13),
        ("ref", 13),
        ("re", 0),
        ("re*", 13),
        ("refund lamp", 0),
        ('"refund 8"', 1),
        ("", 50),
    ],
)
def test_full_text_search(filled: Project, words: str, expected: int) -> None:
    assert len(filled.traces.ids(TraceQuery(text=words))) == expected


def test_snippets_show_the_surroundings(filled: Project) -> None:
    pks = filled.traces.ids(TraceQuery(text="refund 8"))
    assert "Refund 8" in filled.traces.snippets(pks, "refund 8")[pks[0]]


@settings(max_examples=150)
@given(words=st.text(alphabet=string.printable + "äöß„“*()\0", max_size=30))
def test_nothing_typed_is_a_syntax_error(shared: Project, words: str) -> None:
    shared.traces.ids(TraceQuery(text=words))


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with Project.create(tmp_path_factory.mktemp("s") / "s.evaldesk") as made:
        fill(
            made,
            [
                record(
                    number,
                    tier=("critical", "")[number % 2],
                    scores={"pass": number % 3} if number % 4 else {},
                    latency_ms=float(number % 6) if number % 5 else None,
                )
                for number in range(60)
            ],
        )
        yield made


@settings(max_examples=40)
@given(
    sort=st.sampled_from(
        ["imported", "scenario", "latency_ms", "tier", "score.pass", "started_at", "title"]
    ),
    descending=st.booleans(),
    limit=st.integers(1, 25),
)
def test_pages_hold_every_row_once_in_the_list_s_order(
    shared: Project, sort: str, descending: bool, limit: int
) -> None:
    query = TraceQuery(sort=f"-{sort}" if descending else sort)
    pages: list[int] = []
    after = None
    while True:
        rows, after = shared.traces.page(query, limit, after)
        pages += [row.pk for row in rows]
        if after is None:
            break
    assert pages == list(shared.traces.ids(query))
    assert len(set(pages)) == 60


def test_a_cursor_that_is_not_ours_is_refused(shared: Project) -> None:
    with pytest.raises(UsageError, match="cursor"):
        shared.traces.page(TraceQuery(), 5, ["x"])


def test_ways_to_name_a_trace(filled: Project) -> None:
    row = filled.traces.rows(filled.traces.ids(TraceQuery()))[3]
    for reference in (row.id, row.id[:12], row.id[:13], "run/case-3", "run/case-3/0", "case-3"):
        assert filled.traces.find(reference) == row.pk
    fill(filled, [record(3, answer="other")], "second")
    with pytest.raises(UsageError, match="fits 2 traces"):
        filled.traces.find("case-3")
    with pytest.raises(NotFoundError, match="no trace"):
        filled.traces.find("case-99")


def test_the_run_filter_offers_the_nearest_run(filled: Project) -> None:
    with pytest.raises(NotFoundError, match="Did you mean “run”"):
        filled.traces.ids(TraceQuery(run="rum"))


def test_damage_is_found_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.evaldesk"
    with Project.create(path) as project:
        fill(project, [record(number) for number in range(3)])
        identity = project.traces.rows([2])[0].id
        with project.database.write() as connection:
            connection.exec_driver_sql("UPDATE trace SET latency_ms=1 WHERE pk=2")
            connection.exec_driver_sql("UPDATE trace_body SET body=x'00' WHERE trace_pk=3")
        faults = integrity.check(project.database).faults
    assert (faults[0].where, faults[0].what) == (
        f"trace {identity}",
        "its content does not fit its id",
    )
    assert faults[1].what == "its text is damaged"
