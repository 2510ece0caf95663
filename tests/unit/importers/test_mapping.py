"""Mappings: what they hold, what is wrong with them in words, and guesses that never fail."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError
from evaldesk.importers.guessing import guess_rating_mapping, guess_trace_mapping
from evaldesk.importers.mapping import (
    Const,
    OneHot,
    RatingMapping,
    TraceMapping,
    get_path,
)

TRACE = {
    "scenario": "id",
    "input": "q",
    "output": "a",
    "system": {"const": "m-1"},
    "slices": ["lang"],
    "scores": {"pass": "ok"},
    "metadata": [],
}
LONG = {
    "unit": ["doc", "system"],
    "rater": "who",
    "criterion": {"const": "quality"},
    "value": "v",
    "missing": ["-"],
    "recode": {"y": "yes"},
    "repeats": "first",
}
WIDE = {
    "unit": "id",
    "raters": {"Ann": "ann", "Bob": {"one_hot": {"1": "bob.1", "0": "bob.0"}}},
    "criterion": {"const": "safe"},
}


def test_mappings_go_to_json_and_back():
    assert TraceMapping.from_json(TRACE).to_json() == TRACE
    for mapping in (LONG, WIDE):
        assert RatingMapping.from_json(json.loads(json.dumps(mapping))).to_json() == mapping


def test_what_they_hold():
    mapping = RatingMapping.from_json(WIDE)
    assert mapping.wide
    assert mapping.unit == ("id",)
    assert mapping.criterion == Const("safe")
    assert mapping.raters["Bob"] == OneHot({"1": "bob.1", "0": "bob.0"})
    assert set(mapping.columns()) == {"id", "ann", "bob.1", "bob.0"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"inputt": "q"}, "“inputt”"),
        ([1], "a list, not an object"),
        ({"input": 3}, "“input” is a number"),
        ({"input": "q", "scores": ["a"]}, "“scores” is not an object"),
        ({"input": "q", "slices": "lang"}, "“slices” is not a list"),
        ({"input": "q", "system": {"konst": "x"}}, "“system”"),
        ({"scenario": "id"}, "neither “input”"),
    ],
)
def test_what_is_wrong_with_a_trace_mapping(data, said):
    with pytest.raises(InputError) as caught:
        TraceMapping.from_json(data, path="map.json")
    assert said in caught.value.message
    assert caught.value.path == "map.json"


def test_an_unknown_key_offers_the_nearest():
    with pytest.raises(InputError) as caught:
        TraceMapping.from_json({"inputt": "q"})
    assert caught.value.hint == "Did you mean “input”?"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"unit": "id"}, "does not say “criterion”"),
        ({**LONG, "unit": None}, "“unit”"),
        ({**LONG, "raters": {"A": "a"}}, "mixes long"),
        ({**WIDE, "raters": {"A": {"hot": {}}}}, "“raters.A”"),
        ({**LONG, "repeats": "last"}, "“repeats”"),
        ({**LONG, "recode": {"a": [1]}}, "“recode”"),
    ],
)
def test_what_is_wrong_with_a_rating_mapping(data, said):
    with pytest.raises(InputError) as caught:
        RatingMapping.from_json(data)
    assert said in caught.value.message


def test_dotted_paths():
    record = {"a": {"b": [{"c": 1}]}, "a.b": "own name wins", "x": None}
    assert get_path(record, "a.b") == "own name wins"
    assert get_path(record, "a.b.0.c") == 1
    for column in ("a.b.1.c", "a.c", "x.y", "nope", "a.b.c", ""):
        assert get_path(record, column) is None


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["id", "prompt", "completion"], ("id", "prompt", "completion")),
        (["Question ID", "Question", "Model Answer"], ("Question ID", "Question", "Model Answer")),
        (["instruction", "gold", "response"], ("", "instruction", "response")),
        (["user_query", "chatgpt_response", "ID"], ("ID", "user_query", "chatgpt_response")),
        (["doc.id", "doc.question", "resps"], ("doc.id", "doc.question", "resps")),
    ],
)
def test_trace_columns_are_guessed(columns, expected):
    guess = guess_trace_mapping(columns, [])
    assert (guess.scenario, guess.input, guess.output) == expected


@pytest.mark.parametrize(
    ("columns", "unit", "raters"),
    [
        (["item", "rater1", "rater2"], ("item",), ["rater1", "rater2"]),
        (["idx", "annotator_a", "annotator_b", "text"], ("idx",), ["annotator_a", "annotator_b"]),
        (["id", "A 1", "A 2", "A 3"], ("id",), ["A 1", "A 2", "A 3"]),
    ],
)
def test_wide_ratings_are_guessed(columns, unit, raters):
    guess = guess_rating_mapping(columns, [])
    assert guess.unit == unit
    assert list(guess.raters) == raters


def test_long_ratings_are_guessed():
    rows = [{"item_id": "1", "worker": "w", "metric": "fluency", "score": "3", "note": "ok"}]
    guess = guess_rating_mapping(list(rows[0]), rows)
    assert guess.unit == ("item_id",)
    assert (guess.rater, guess.criterion, guess.value) == ("worker", "metric", "score")


CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "role", "text", "a.b", ""]), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    ["id", "input", "output", "score", "rater1", "rater2", "value", "rater", "messages", "system"]
) | st.text(max_size=6)


@settings(max_examples=150)
@given(st.lists(st.dictionaries(NAMES, CELLS, max_size=6), max_size=5))
def test_guesses_never_fail(rows):
    columns = list(dict.fromkeys(name for row in rows for name in row))
    for guess in (guess_trace_mapping, guess_rating_mapping):
        mapping = guess(columns, rows)
        assert mapping.to_json() == type(mapping)(**_fields(mapping)).to_json()


def _fields(mapping):
    return {name: getattr(mapping, name) for name in type(mapping).__dataclass_fields__}
