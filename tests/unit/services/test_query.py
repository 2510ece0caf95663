"""The filter language: what it says, and that nothing typed breaks it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.errors import UsageError
from evaldesk.domain.query import AnyOf, Comparison, Every, Filter, Not
from evaldesk.services.finding.completion import begun_at, complete, suggestions
from evaldesk.services.finding.query import mended, parse, write
from tests.filters import FILTERS


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


@given(item=FILTERS)
def test_what_is_written_is_read_back(item: Filter) -> None:
    assert parse(write(item)) == item


def test_flags_stand_alone_and_functions_take_values() -> None:
    assert parse("has_error and not rated") == Every(
        (Comparison("has_error", "exists"), Not(Comparison("rated", "exists")))
    )
    assert parse("rated = me or (unrated)") == AnyOf(
        (Comparison("rated", "=", ("me",)), Comparison("unrated", "exists"))
    )
    assert parse('differs("run a", b, answer)') == Comparison(
        "differs", "in", ("run a", "b", "answer")
    )
    assert parse("similar(base/RET-1)") == Comparison("similar", "in", ("base/RET-1",))
    with pytest.raises(UsageError, match="contains or exists"):
        parse("run and rated")


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


VALUES = {
    "run": [("base line", 3), ("b2", 4)],
    "slice.language": [("de", 7)],
    "person": [("Ann", 0)],
}


@pytest.mark.parametrize(
    ("text", "offered"),
    [
        ("run = a and score.p", ["score.pass"]),
        ("run", ["run"]),
        ("run ", ["=", "!=", "<", "<=", ">", ">=", "in (", "not in (", "contains", "exists"]),
        ("run = ", ['"base line"', "b2"]),
        ('run = "ba', ['"base line"']),
        ("run in (b2, ", ['"base line"', "b2"]),
        ("run = b2 ", ["and", "or"]),
        ("(run in (b2) a", ["and"]),
        ("has_error ", ["and", "or"]),
        ("not annotation.th", ["annotation.thumbs"]),
        ("not lang", ["slice.language"]),
        ("status = er", ["error"]),
        ("rated = ", ["true", "false", "me", "Ann"]),
        ("has_error = ", ["true", "false"]),
        ("differs(b", ['"base line"', "b2"]),
        ("slice.language != d", ["de"]),
        ("score.pass = ", []),
    ],
)
def test_completion_offers_what_could_stand_there(text: str, offered: list[str]) -> None:
    assert complete(text, ["pass"], ["language"], ["thumbs"], VALUES) == offered


def test_completion_says_how_many_traces_have_a_value() -> None:
    found = suggestions("run = ", values=VALUES)
    assert [(one.text, one.kind, one.count) for one in found] == [
        ('"base line"', "value", 3),
        ("b2", "value", 4),
    ]
    assert "latency_ms" in complete("")


@given(text=st.text(max_size=40), item=FILTERS, cut=st.integers(0, 80))
def test_completion_never_fails(text: str, item: Filter, cut: int) -> None:
    for begun in (text, write(item)[:cut]):
        for one in suggestions(begun, ["pass"], ["a b"], ["t"], VALUES):
            assert one.text


@pytest.mark.parametrize(
    ("text", "wrong", "right", "mended_text"),
    [
        ("latncy_ms > 3", "latncy_ms", "latency_ms", "latency_ms > 3"),
        ("score.pas = 0 and pas = 1", "pas", "pass", "score.pass = 0 and pass = 1"),
        ('run = "alpa"  or run in (alpa,b)', "alpa", "alpha", "run = alpha  or run in (alpha,b)"),
        ("run = alpa", "alpa", "the alpha", 'run = "the alpha"'),
        ("score.pas = 0", "pas", "pass rate", '"score.pass rate" = 0'),
        ("run = a", "b", "c", "run = a"),
    ],
)
def test_a_wrong_name_is_replaced(text: str, wrong: str, right: str, mended_text: str) -> None:
    assert mended(text, wrong, right) == mended_text


@pytest.mark.parametrize(
    ("text", "begun"),
    [("", ""), ("lat", "lat"), ("run = ", ""), ('run = "al p', '"al p'), ("a = 1 and (sc", "sc")],
)
def test_the_word_that_was_begun(text: str, begun: str) -> None:
    assert text[begun_at(text) :] == begun


@pytest.mark.parametrize(
    "text", ['score."two words" < 1', "score.'two words' < 1", '"score.two words" < 1']
)
def test_a_name_with_spaces_stands_in_quotes(text: str) -> None:
    assert parse(text) == Comparison("score.two words", "<", (1.0,))


@pytest.mark.parametrize("text", ["score.two words < 1", "score.a,b = 1", 'score. "a" = 1'])
def test_quotes_are_recalled_where_they_are_missing(text: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(text)
    assert "stands in quotes" in str(raised.value.hint)
