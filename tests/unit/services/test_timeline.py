"""When everything in a trace happened."""

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.services.reading.steps import Step
from evaldesk.services.reading.timeline import timeline_of


def span(id, parent="", at=0.0, ms=10.0, **more):
    made = {"id": id, "name": id, "started_at": f"2026-01-01T00:00:{at:09.6f}Z", "latency_ms": ms}
    return {**made, **({"parent": parent} if parent else {}), **more}


def told(spans):
    return [(row.name, row.depth, row.start) for row in timeline_of({"spans": spans}).rows]


def test_what_lies_in_another_stands_below_it_in_the_order_of_time():
    spans = [span("c", "a", 2), span("b", "a", 1), span("d", "b", 1.5), span("a", at=0, ms=4000)]
    assert told(spans) == [("a", 0, 0.0), ("b", 1, 1000.0), ("d", 2, 1500.0), ("c", 1, 2000.0)]
    line = timeline_of({"spans": spans})
    assert line.total == 4000
    assert [row.children for row in line.rows] == [3, 1, 0, 0]
    assert [row.parent for row in line.rows] == [-1, 0, 1, 0]


def test_a_parent_that_is_not_there_makes_a_root():
    assert [depth for _, depth, _ in told([span("a", "gone"), span("b", "a", 1)])] == [0, 1]


def test_a_circle_is_shown_once():
    names = [name for name, _, _ in told([span("a", "b"), span("b", "a"), span("c", "c")])]
    assert sorted(names) == ["a", "b", "c"]


def test_without_times_things_follow_one_another():
    spans = [{"name": "a", "latency_ms": 5}, {"name": "b", "latency_ms": 7}]
    line = timeline_of({"spans": spans})
    assert [(row.start, row.duration) for row in line.rows] == [(0, 5), (5, 7)]
    assert not line.dated


def test_nested_two_hundred_deep():
    spans = [span("s0"), *(span(f"s{n}", f"s{n - 1}") for n in range(1, 2000))]
    assert max(depth for _, depth, _ in told(spans)) == 1999


def test_errors_kinds_and_messages():
    made = span("a", kind="odd", status="error", message=3)
    (row,) = timeline_of(
        {
            "spans": [
                made,
            ]
        }
    ).rows
    assert (row.kind, row.error, row.message) == ("chain", "error", 3)


def test_steps_stand_in_for_spans():
    steps = [
        Step("setup", 0),
        Step("user", 1),
        Step("assistant", 2, latency_ms=300.0, message=1),
        Step("tool", 3, name="find", latency_ms=50.0, message=2, error="no"),
    ]
    line = timeline_of({}, steps)
    assert [(row.name, row.kind, row.start) for row in line.rows] == [
        ("user", "user", 0),
        ("assistant", "llm", 0),
        ("find", "tool", 300),
    ]
    assert timeline_of({}, [Step("user", 1)]).rows == ()


@given(
    st.lists(
        st.tuples(st.integers(0, 8), st.integers(0, 8), st.one_of(st.none(), st.integers(0, 59)))
    )
)
def test_every_span_has_one_row_below_its_parent(drawn):
    spans = [
        {
            "name": str(n),
            "id": f"s{name}",
            "parent": f"s{parent}",
            **({"started_at": f"2026-01-01T00:00:{at:02}Z"} if at is not None else {}),
        }
        for n, (name, parent, at) in enumerate(drawn)
    ]
    rows = timeline_of({"spans": spans}).rows
    assert sorted(row.span for row in rows) == list(range(len(spans)))
    for index, row in enumerate(rows):
        assert row.parent < index
        assert row.depth == (rows[row.parent].depth + 1 if row.parent >= 0 else 0)
