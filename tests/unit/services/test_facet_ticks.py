"""A filter that is shown as ticks and the rest means what it meant."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.query import AnyOf, Comparison, Every, Filter, Not, TraceQuery
from evaldesk.services.finding.facet_ticks import split
from evaldesk.services.finding.facets import narrowed
from evaldesk.services.finding.query import parse

Facts = Mapping[str, object]

_LINES = st.one_of(
    st.builds(
        Comparison,
        st.sampled_from(["run", "system", "slice.language"]),
        st.just("="),
        st.tuples(st.sampled_from(["a", "b", "c"])),
    ),
    st.builds(
        Comparison,
        st.sampled_from(["run", "system"]),
        st.just("in"),
        st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3).map(tuple),
    ),
    st.builds(
        Comparison, st.sampled_from(["has_error", "rated", "annotation.x"]), st.just("exists")
    ),
    st.builds(
        lambda low, high: Every(
            (Comparison("score.s", ">=", (low,)), Comparison("score.s", "<", (high,)))
        ),
        st.sampled_from([0.0, 1.0]),
        st.sampled_from([1.0, 2.0, 3.0]),
    ),
    st.builds(Comparison, st.just("score.s"), st.just("="), st.tuples(st.sampled_from([0.0, 2.0]))),
    st.builds(Comparison, st.just("run"), st.just("!="), st.tuples(st.sampled_from(["a", "b"]))),
)
_FILTERS = st.recursive(
    _LINES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Every, st.lists(inner, min_size=2, max_size=4).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=4).map(tuple)),
    ),
    max_leaves=8,
)
_FACTS = st.fixed_dictionaries(
    {
        "run": st.sampled_from(["a", "b", "c", "d"]),
        "system": st.sampled_from(["a", "b", "c", "d"]),
        "slice.language": st.sampled_from(["a", "b", "d"]),
        "score.s": st.sampled_from([0.0, 1.0, 2.0, 5.0]),
        "has_error": st.booleans(),
        "rated": st.booleans(),
        "annotation.x": st.booleans(),
    }
)


def holds(where: Filter | None, facts: Facts) -> bool:
    if where is None:
        return True
    if isinstance(where, Not):
        return not holds(where.item, facts)
    if isinstance(where, Every):
        return all(holds(item, facts) for item in where.items)
    if isinstance(where, AnyOf):
        return any(holds(item, facts) for item in where.items)
    fact = facts[where.name]
    if where.operator == "exists":
        return bool(fact)
    if where.operator == "in":
        return fact in where.values
    (value,) = where.values
    tests = {"=": fact == value, "!=": fact != value}
    if isinstance(fact, float) and isinstance(value, float):
        tests |= {">=": fact >= value, "<": fact < value, "<=": fact <= value}
    return tests[where.operator]


@given(where=st.none() | _FILTERS, facts=_FACTS)
def test_ticks_and_rest_mean_what_the_filter_means(where: Filter | None, facts: Facts) -> None:
    rest, ticks = split(where)
    again = narrowed(TraceQuery(where=rest), ticks).where
    assert holds(again, facts) == holds(where, facts)


@pytest.mark.parametrize(
    ("text", "rest", "facets"),
    [
        ("", "", []),
        ('run = "a"', "", ["run"]),
        ("run in (a, b) and latency_ms > 20", "latency_ms > 20", ["run"]),
        ("run = a and run = b", "run = b", ["run"]),
        ("run = a and not run = b", "", ["run"]),
        ("has_error and not rated", "", ["flags"]),
        ("has_error or rated", "has_error or rated", []),
        ("run = a or system = a", "run = a or system = a", []),
        ("score.s >= 1 and score.s < 2", "", ["score.s"]),
        ("annotation.x exists", "", ["annotation"]),
        ('differs("a", "b")', 'differs("a", "b")', []),
        ("not (run = a and system = a)", "not (run = a and system = a)", []),
    ],
)
def test_what_becomes_a_tick(text: str, rest: str, facets: list[str]) -> None:
    kept, ticks = split(parse(text))
    assert kept == parse(rest)
    assert sorted(ticks) == sorted(facets)
