"""Words that differ between two texts."""

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.services.alignment import ALL_FORMATTING, Formatting, changed_words
from evaldesk.services.alignment.words import in_all

TEXT = st.text(alphabet=st.sampled_from("ab c\n\tд🙂 "), max_size=60)
DRESSED = st.text(alphabet=st.sampled_from("aB c\n*_#`->|1."), max_size=60)
FORMATTING = st.builds(Formatting, st.booleans(), st.booleans(), st.booleans())


@given(TEXT, TEXT)
def test_what_is_not_marked_is_the_same_on_both_sides(a, b):
    marked_a, marked_b = changed_words(a, b)
    assert left_over(a, marked_a) == left_over(b, marked_b)


@given(DRESSED, DRESSED, FORMATTING)
def test_marks_and_equality_agree_on_what_is_ignored(a, b, ignored):
    marked_a, marked_b = changed_words(a, b, ignored)
    nothing = not marked_a and not marked_b
    assert nothing == (list_of(ignored, a) == list_of(ignored, b))


@given(TEXT)
def test_equal_texts_have_no_marks(text):
    assert changed_words(text, text) == ([], [])


def test_marks_name_the_words():
    a, b = "keep the chair please", "keep the big chair"
    assert words(a, b) == (["please"], ["big"])


def test_markdown_is_ignored_on_demand():
    a = "# Order\n\n1. **Cancel** the `lamp`\n2. Keep the _chair_\n\n| a | b |\n|---|---|\n"
    b = "Order\n- cancel the lamp\n- keep the “chair”\na b"
    marks = Formatting(marks=True)
    assert words(a, b, Formatting())[0] != []
    assert words(a, b, marks)[0] == ["**Cancel**", "Keep", "_chair_"]
    b = b.replace("“chair”", "chair")
    assert words(a, b, marks)[0] == ["**Cancel**", "Keep"]
    assert words(a, b, ALL_FORMATTING) == ([], [])


def test_a_number_is_only_a_bullet_where_a_line_begins():
    assert words("I have 2. You have 3.", "I have 4. You have 3.", ALL_FORMATTING) == (
        ["2."],
        ["4."],
    )
    assert words("x\n  2. lamp", "x\n  7. lamp", ALL_FORMATTING) == ([], [])


def test_minus_five_is_not_five():
    assert words("it is -5 now", "it is 5 now", ALL_FORMATTING) == (["-5"], ["5"])


def test_very_long_texts_are_framed():
    same = "word " * 50_000
    a, b = same + "x " * 200_000 + "end", same + "y " * 200_000 + "end"
    (one,), (other,) = changed_words(a, b)
    assert a[one[0] : one[0] + one[1]].startswith("x x")
    assert other[0] == one[0]
    assert left_over(a, [one]) == left_over(b, [other])


def test_what_is_in_all_lists():
    assert in_all([[(0, 5), (8, 2)], [(3, 6)]]) == [(3, 2), (8, 1)]
    assert in_all([[(1, 2)]]) == [(1, 2)]
    assert in_all([[(1, 2)], []]) == []
    assert in_all([]) == []


def list_of(ignored, text):
    return [word for word, _, _ in ignored.words(text)]


def words(a, b, ignored=ALL_FORMATTING):
    marked_a, marked_b = changed_words(a, b, ignored)
    return (
        [a[start : start + length] for start, length in marked_a],
        [b[start : start + length] for start, length in marked_b],
    )


def left_over(text, stretches):
    kept, at = [], 0
    for start, length in stretches:
        assert length > 0
        assert start >= at
        kept.append(text[at:start])
        at = start + length
    kept.append(text[at:])
    return " ".join(kept).split()
