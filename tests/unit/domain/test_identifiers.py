"""Ids are the same for ever: they stand in files that people keep."""

import json
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.identifiers import canonical_json, content_id, new_id

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ({}, "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"),
        (
            {"b": [1, 2.5, None, True], "a": "Rückgabe “heute”"},
            "3c359fefa57c4573bf43d530cb359c51e41b12cad2a4d77b6a1e4aafe7b77258",
        ),
        (
            {"x": float("nan"), "y": 1e-7, "z": 1.0},
            "999ccbee85246fc5f72e637032cb6d35f1240b6c471a5e2314ec737f65f1030f",
        ),
        (
            {"big": 2**70, "half": "\ud83d", "small": 1e-7},
            "2747933250754625f7a30ed39b847e779d7a5a07db4c8c12ae91d4bb220262ce",
        ),
    ],
)
def test_known_ids(value: object, known: str) -> None:
    assert content_id(value) == known


@given(JSON)
def test_canonical_form_reads_back_and_does_not_depend_on_order(value: object) -> None:
    written = canonical_json(value)
    assert canonical_json(json.loads(written)) == written
    if isinstance(value, dict):
        assert canonical_json(dict(reversed(value.items()))) == written


def test_new_ids_are_uuid7_and_sort_by_time() -> None:
    made = [new_id() for _ in range(50)]
    assert len(set(made)) == 50
    assert all(UUID(text).version == 7 for text in made)
    times = [UUID(text).int >> 80 for text in made]
    assert times == sorted(times)
