"""Where rows lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.ui.widgets.trace_view.rows import Rows

HEIGHTS = st.lists(st.integers(1, 500), min_size=1, max_size=60)


@given(HEIGHTS, st.lists(st.tuples(st.integers(0, 59), st.integers(0, 900)), max_size=20))
def test_tops_are_sums_whatever_changes(heights, changes):
    rows = Rows([heights], gap=8)
    for row, height in changes:
        if row < len(heights):
            heights[row] = height
            rows.set_own(0, row, height)
    tops = [sum(heights[:i]) + 8 * i for i in range(len(heights) + 1)]
    assert [rows.top(i) for i in range(len(heights) + 1)] == tops
    assert rows.total == tops[-1]
    for i, top in enumerate(tops[:-1]):
        assert rows.at(top) == i
        assert rows.at(tops[i + 1] - 0.5) == i
    assert rows.at(-5) == 0
    assert rows.at(tops[-1] + 5) == len(heights) - 1


def test_a_row_is_as_high_as_its_higher_side():
    rows = Rows([[10, 0], [30, 20]], gap=2)
    assert (rows.extent(0), rows.extent(1), rows.top(1)) == (32, 22, 32)
    assert not rows.set_own(0, 0, 25)
    assert rows.set_own(0, 0, 40)
    assert rows.top(1) == 42


def test_every_column_needs_every_row():
    with pytest.raises(ValueError, match="every column"):
        Rows([[1.0], []])
