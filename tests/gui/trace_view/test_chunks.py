"""Text cut into blocks."""

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.ui.widgets.rich_text.chunks import (
    CHUNK,
    character_at,
    chunk_at,
    split,
    units_before,
)

LONG = st.sampled_from(["x" * 4000, "ab " * 1500, "é" * 3100, "🙂" * 1600, "שלום " * 700, ""])
TEXTS = st.lists(st.text(max_size=80) | LONG, max_size=12).map("\n".join)


@given(TEXTS)
def test_blocks_are_the_text_and_none_is_too_long(text):
    chunks = split(text)
    assert (
        "".join(
            ("" if chunk.joined or index == 0 else "\n") + chunk.text
            for index, chunk in enumerate(chunks)
        )
        == text
    )
    for chunk in chunks:
        assert len(chunk.text) <= CHUNK
        assert text[chunk.start : chunk.end] == chunk.text


@given(TEXTS.filter(bool), st.data())
def test_every_place_is_in_its_block(text, data):
    chunks = split(text)
    at = data.draw(st.integers(0, len(text)))
    chunk = chunks[chunk_at(chunks, at)]
    assert chunk.start <= at <= chunk.end + 1


@given(st.text(max_size=60), st.data())
def test_units_and_characters_are_each_others_inverse(text, data):
    at = data.draw(st.integers(0, len(text)))
    units = units_before(text, at)
    assert units == len(text[:at].encode("utf-16-le", "surrogatepass")) // 2
    assert character_at(text, units) == at


def test_lines_of_either_direction_are_apart():
    chunks = split("hello\nשלום עולם\nmore")
    assert [(chunk.text, chunk.rtl) for chunk in chunks] == [
        ("hello", False),
        ("שלום עולם", True),
        ("more", False),
    ]


def test_a_cut_does_not_tear_an_emoji_apart():
    family = "👩\u200d👩\u200d👧"
    for chunk in split(family * 900):
        assert not chunk.text.startswith("\u200d")
        assert not chunk.text.endswith("\u200d")


def test_five_megabytes_in_one_line_are_many_blocks():
    assert len(split("a" * 5_000_000)) == -(-5_000_000 // CHUNK)
