"""The filter language: what it says, and that nothing typed breaks it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.errors import UsageError
from evaldesk.domain.query import AnyOf, Comparison, Every, Filter, Not
from evaldesk.services.completion import complete
from evaldesk.services.query import parse


def test_the_example_of_the_contract() -> None:
    found = parse(
        'run = "a" and latency_ms > 2000 and score.pass = 0 '
        'and slice.language in ("de","fr") and tag = "hallucination"'
    )
    assert found == Every(
        (
            Comparison("run", "=", ("a",)),
            Comparison("latency_ms", ">", (2000.0,)),
            Comparison("score.pass", "=", (0.0,)),
            Comparison("slice.language", "in", ("de", "fr")),
            Comparison("tag", "=", ("hallucination",)),
        )
    )


def test_and_binds_more_than_or_and_brackets_most() -> None:
    a, b, c = (Comparison(name, "exists") for name in ("run", "tier", "error"))
    assert parse("run exists or tier exists and error exists") == AnyOf((a, Every((b, c))))
    assert parse("(run exists or tier exists) and not error exists") == Every(
        (AnyOf((a, b)), Not(c))
    )


def test_nothing_is_no_filter() -> None:
    assert parse("") is None
    assert parse("  \n ") is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("run", "after “run”"),
        ("run =", "a value"),
        ("run = 'a", "quote"),
        ("run = a and", "name of a field"),
        ("(run = a", "closing bracket"),
        ("run = a)", "the end"),
        ("run in a", "opening bracket"),
        ("run not a", "“in” after “not”"),
        ("= 5", "at its beginning"),
    ],
)
def test_what_makes_no_sense_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(text)
    assert said in str(raised.value)


def _text(value: Any) -> str:
    if isinstance(value, float):
        return repr(value)
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _written(item: Filter) -> str:
    if isinstance(item, Every | AnyOf):
        word = " and " if isinstance(item, Every) else " or "
        return "(" + word.join(map(_written, item.items)) + ")"
    if isinstance(item, Not):
        return f"not {_written(item.item)}"
    if item.operator == "exists":
        return f"{item.name} exists"
    if item.operator in ("in", "not in"):
        return f"{item.name} {item.operator} ({', '.join(map(_text, item.values))})"
    return f"{item.name} {item.operator} {_text(item.values[0])}"


_values = st.text(max_size=8) | st.floats(-1e6, 1e6)
_tests = st.one_of(
    st.builds(
        Comparison,
        st.sampled_from(["run", "score.pass", "slice.sprache"]),
        st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "contains"]),
        st.tuples(_values),
    ),
    st.builds(
        Comparison,
        st.just("tier"),
        st.sampled_from(["in", "not in"]),
        st.lists(_values, min_size=1, max_size=3).map(tuple),
    ),
    st.builds(Comparison, st.just("error"), st.just("exists")),
)
_filters = st.recursive(
    _tests,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Every, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=6,
)


@given(item=_filters)
def test_what_is_written_is_read_back(item: Filter) -> None:
    assert parse(_written(item)) == item


@given(text=st.text(max_size=60))
def test_anything_typed_is_a_filter_or_an_error_in_words(text: str) -> None:
    said = "a filter"
    try:
        parse(text)
    except UsageError as error:
        said = error.message
    assert said


def test_nesting_has_a_bound() -> None:
    with pytest.raises(UsageError, match="nested too deep"):
        parse("(" * 5000 + "run = a" + ")" * 5000)


def test_completion_offers_names_that_begin_so() -> None:
    assert complete("run = a and score.p", scores=["pass", "quality"]) == ["score.pass"]
    assert "latency_ms" in complete("", scores=[])
