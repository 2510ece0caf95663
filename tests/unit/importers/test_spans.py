"""Spans are found by their text; offsets are a hint."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.importers.spans import locate_span

TEXT = "the cat sat on the mat, the end"


@pytest.mark.parametrize(
    ("span", "start", "end", "found", "convention"),
    [
        ("cat", 5, 8, 4, "one-based exclusive"),
        ("cat", 5, 7, 4, "one-based inclusive"),
        ("cat", 4, 7, 4, "zero-based"),
        ("the", 1, 4, 0, "one-based exclusive"),
        ("the", 17, 20, 15, "elsewhere"),
        ("the", 26, 99, 24, "elsewhere"),
        (" cat ", 90, 99, 3, "elsewhere"),
        ("Cat", 5, 8, 4, "elsewhere"),
        ("dog", 1, 3, -1, "none"),
        ("", 1, 1, -1, "none"),
        ("end", -1, -4, 28, "elsewhere"),
    ],
)
def test_where_a_span_lies(span, start, end, found, convention):
    located = locate_span(TEXT, span, start, end)
    assert (located.start, located.convention) == (found, convention)
    if found >= 0:
        assert TEXT[located.start : located.end].lower() == span.lower()


@given(st.text(max_size=30), st.text(max_size=5), st.integers(-5, 40), st.integers(-5, 40))
def test_what_is_found_is_the_span(text, span, start, end):
    located = locate_span(text, span, start, end)
    cut = text[located.start : located.end] if located.start >= 0 else ""
    if located.convention == "none":
        assert not span.strip() or span not in text
    else:
        assert cut in (span, span.strip()) or cut.lower() == span.strip().lower()
