"""JSON is read piece by piece, leniently where logs are lax, with the place of what is wrong."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError
from evaldesk.importers import json_stream
from evaldesk.importers.cells import parsed
from evaldesk.importers.chat import arguments
from evaldesk.importers.json_stream import BadJson, JsonReader, loads, sketch
from evaldesk.importers.source import Source

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def elements(path):
    with JsonReader(Source(path)) as reader:
        made = list(reader.array())
        reader.end()
    return made


@settings(max_examples=60)
@given(st.lists(VALUES, max_size=6), st.integers(1, 40), st.sampled_from([None, 2]))
def test_an_array_is_read_whatever_the_size_of_pieces(tmp_path_factory, values, chunk, indent):
    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps(values, indent=indent), encoding="utf-8")
    before = json_stream._CHUNK
    json_stream._CHUNK = chunk
    try:
        read = [value for _, value in elements(path)]
    finally:
        json_stream._CHUNK = before
    # Integers beyond 64 bits come back as their digits.
    assert json.dumps(read) == json.dumps(_big_as_text(values))


def _big_as_text(value):
    if type(value) is int and not -(1 << 63) <= value < 1 << 64:
        return str(value)
    if isinstance(value, dict):
        return {key: _big_as_text(item) for key, item in value.items()}
    return [_big_as_text(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ('[1, 2,\n {"a": tru}]', "record 3 (line 2)", "Expecting value"),
        ("[1, 2", "", "ends too early"),
        ('["a', "record 1 (line 1)", "ends too early"),
        ("[1 2]", "after record 1 (line 1)", "found “2”"),
        ("[1] 2", "line 1", "Something follows"),
        ("", "", "ends too early"),
        ("{}", "", "Expected “[”"),
        ("[" + "[" * 100_000, "record 1 (line 1)", ""),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, place, reason):
    path = tmp_path / "a.json"
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        elements(path)
    assert reason in caught.value.reason
    if place:
        assert caught.value.record == place


@pytest.mark.parametrize("depth", [300, 2_000, 10_000])
def test_deep_nesting_is_refused(depth):
    with pytest.raises(BadJson, match="deep"):
        loads(b"[" * depth + b"]" * depth)


def test_moderate_nesting_is_kept():
    value = loads(b"[" * 100 + b"1" + b"]" * 100)
    for _ in range(100):
        (value,) = value
    assert value == 1


def test_what_strict_json_forbids_is_read():
    assert loads(b'{"a": NaN, "b": -Infinity, "c": 1e999}') == {"a": None, "b": None, "c": None}
    assert loads(b'"half \\ud83d pair"') == "half \ufffd pair"
    assert loads(b'"a\x00\x01b"') == "a\x00\x01b"


def test_a_byte_that_is_not_utf8_is_named():
    with pytest.raises(BadJson, match=r"byte 3 \(0xFC\)"):
        loads(b'"a\xfc"')


def test_members_stream(tmp_path):
    path = tmp_path / "a.json"
    path.write_text('{"x": {"y": 1}, "list": [1, 2], "empty": [], "z": null}')
    seen = {}
    with JsonReader(Source(path)) as reader:
        for name in reader.members():
            if reader.peek() == "[":
                seen[name] = list(reader.array(name))
            else:
                seen[name] = reader.value()
    assert seen == {
        "x": {"y": 1},
        "list": [("list[0]", 1), ("list[1]", 2)],
        "empty": [],
        "z": None,
    }


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('[{"a": 1}]', "array"),
        ('{"a": 1}\n{"a": 2}\n', "lines"),
        ('{"a": 1}', "object"),
        ('{\n "a": [1, 2]\n}', "object"),
        ("a,b\n1,2\n", "other"),
        ("", "other"),
    ],
)
def test_sketch(tmp_path, text, kind):
    path = tmp_path / "a"
    path.write_text(text)
    assert sketch(Source(path)).kind == kind


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        (2**64 - 1, 2**64 - 1),
        (-(2**63), -(2**63)),
        (2**64, "18446744073709551616"),
        (-(2**63) - 1, "-9223372036854775809"),
        (12345678901234567890123, "12345678901234567890123"),
    ],
)
def test_no_digit_of_an_integer_is_lost(number, kept):
    text = json.dumps({"order": number})
    assert loads(text.encode()) == {"order": kept}
    assert arguments(text) == {"order": kept}
    assert parsed(f"[{number}]") == [kept]


def test_long_integers_beside_what_strict_json_does_not_have():
    assert loads(b'{"id": 12345678901234567890123, "score": NaN, "half": "\\ud800"}') == {
        "id": "12345678901234567890123",
        "score": None,
        "half": "\ufffd",
    }
    cell = '{"id": 12345678901234567890123, "score": NaN}'
    assert parsed(cell) == cell
