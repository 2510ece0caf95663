"""JSON data compared key by key."""

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.services.alignment.arguments import MISSING, compare

LEAVES = st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b", ""])
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("xyz"), inner, max_size=3)
    ),
    max_leaves=12,
)


def named(*values):
    return {found.name: (found.kind, *found.values) for found in compare(values).differences}


def test_keys_are_compared_one_by_one():
    a = {"user": "mia", "cabin": "economy", "bags": {"total": 1, "free": 1}}
    b = {"user": "mia", "cabin": "business", "bags": {"total": 2, "free": 1}, "insurance": "yes"}
    assert named(a, b) == {
        "cabin": ("changed", "economy", "business"),
        "bags.total": ("changed", 1, 2),
        "insurance": ("added", MISSING, "yes"),
    }
    assert compare((a, b)).same == 2
    assert named(b, a)["insurance"] == ("removed", "yes", MISSING)


def test_null_is_a_value_and_a_missing_key_is_not():
    assert named({"x": None}, {}) == {"x": ("removed", None, MISSING)}
    assert named({"x": None}, {"x": None}) == {}


def test_elements_that_are_equal_stay_beside_each_other():
    flights = [{"number": "HAT001", "date": "2024-05-01"}, {"number": "HAT002", "date": "x"}]
    other = [{"number": "HAT000", "date": "x"}, *flights]
    assert named({"flights": flights}, {"flights": other}) == {
        "flights[0]": ("added", MISSING, other[0])
    }
    changed = [flights[0], {"number": "HAT002", "date": "y"}]
    assert named({"flights": flights}, {"flights": changed}) == {
        "flights[1].date": ("changed", "x", "y")
    }


def test_json_within_text_is_read():
    assert named('{"x": {"y": 1}}', {"x": '{"y": 2}'}) == {"x.y": ("changed", 1, 2)}
    assert named('{"x": 1}', {"x": 1}) == {}
    assert named("{not json}", "{not json either}") == {
        "": ("changed", "{not json}", "{not json either}")
    }


def test_another_type_is_a_difference_of_the_whole():
    assert named({"x": [1]}, {"x": {"y": 1}}) == {"x": ("changed", [1], {"y": 1})}
    assert named(1, True) == {"": ("changed", 1, True)}


def test_more_than_two():
    assert named({"x": 1, "y": 1}, {"x": 1, "y": 2}, {"x": 1}) == {"y": ("partly", 1, 2, MISSING)}
    assert named({"l": [1, 2]}, {"l": [2]}, {"l": [1, 2, 3]}) == {
        "l[0]": ("partly", 1, MISSING, 1),
        "l[2]": ("partly", MISSING, MISSING, 3),
    }


def test_very_deep_and_very_long_data():
    deep = shallow = 1
    for _ in range(150):
        deep, shallow = {"x": deep}, {"x": shallow, "y": 1}
    assert compare((deep, shallow)).differences
    assert len(compare((list(range(50_000)), list(range(50_001)))).differences) == 1


@given(JSON)
def test_equal_data_has_no_differences(value):
    assert compare((value, value, value)).differences == ()


@given(JSON, JSON)
def test_it_does_not_matter_which_comes_first(a, b):
    there = {found.values for found in map(_plain, compare((a, b)).differences)}
    back = {found.values[::-1] for found in map(_plain, compare((b, a)).differences)}
    assert there == back


@given(st.lists(JSON, min_size=2, max_size=4))
def test_what_is_said_to_differ_stands_there(values):
    found = compare(values)
    if not found.differences:
        assert len({repr(value) for value in values}) == 1 or found.same >= 1
    for difference in found.differences:
        for side, value in enumerate(difference.values):
            assert value is MISSING or any(value == part for part in parts(values[side]))


def parts(value):
    yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        yield from parts(one)


class _Plain:
    def __init__(self, values):
        self.values = values


def _plain(found):
    return _Plain(tuple(repr(value) for value in found.values))
