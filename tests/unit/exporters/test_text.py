import re

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.exporters.excel.text import CELL_LIMIT, fitted, shortened, stored, visible


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def unescaped(text: str) -> str:
    """How Excel reads what `stored` wrote."""
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda match: chr(int(match[1], 16)), text)


def test_control_characters_become_their_pictures() -> None:
    assert visible("a\x00b\x1b[31m\x7f") == "a␀b␛[31m␡"
    assert visible("tab\tand\nline") == "tab\tand\nline"


def test_every_kind_of_line_end_is_a_line_feed() -> None:
    assert visible("a\r\nb\rc\nd") == "a\nb\nc\nd"


def test_what_xml_cannot_hold_is_shown_as_such() -> None:
    assert visible("\ud800 \ufffe \uffff") == "\ufffd \ufffd \ufffd"


def test_text_that_looks_like_an_escape_is_kept_literally() -> None:
    assert stored("_x000D_") == "_x005F_x000D_"
    assert stored("_x_") == "_x_"


@given(st.text(alphabet="_x0D5Fa9 ", max_size=60))
def test_excel_reads_back_what_was_stored(text: str) -> None:
    assert unescaped(stored(text)) == text


def test_a_text_that_fits_is_left_alone() -> None:
    text = "a" * CELL_LIMIT
    assert fitted(text) == text


def test_a_cut_is_marked_with_the_length() -> None:
    cut = fitted("a" * 51_200)
    assert cut.endswith("… [cut, 51,200 characters]")
    assert units(cut) == CELL_LIMIT


@given(
    st.sampled_from(["a", "😀", "_x0041_", "é\n"]),
    st.integers(CELL_LIMIT // 8, CELL_LIMIT * 2),
)
def test_what_is_stored_never_exceeds_the_limit_and_never_splits_a_character(
    part: str, n: int
) -> None:
    text = (part * n)[:80_000]
    cut = fitted(text)
    assert units(stored(cut)) <= CELL_LIMIT
    cut.encode("utf-8")  # no half of a surrogate pair
    body = cut.rpartition("… [cut, ")[0] or cut
    assert text.startswith(body)
    assert (cut == text) == (units(stored(text)) <= CELL_LIMIT)


def test_an_answer_is_shortened_by_characters() -> None:
    assert shortened("abc", 3) == "abc"
    assert shortened("a" * 2001, 2000) == "a" * 2000 + "… [cut, 2,001 characters]"
