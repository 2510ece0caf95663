"""Two traces step beside step; words that differ."""

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.services import alignment as module
from evaldesk.services.alignment import align, changed_words
from evaldesk.services.steps import Step

WORDS = st.sampled_from(["red", "green", "blue", "chair", "lamp", "desk", "order", "no", "yes"])
SAID = st.builds(
    lambda kind, words: Step(kind, 1, text=" ".join(words)),
    st.sampled_from(["user", "assistant", "system"]),
    st.lists(WORDS, max_size=5),
)
CALLED = st.builds(
    lambda name, value: Step("tool", 1, name=name, arguments={"q": value}, answered=True),
    st.sampled_from(["find", "cancel"]),
    WORDS,
)
STEPS = st.lists(SAID | CALLED, max_size=14)


def matched(found):
    return {(row.a, row.b) for row in found.rows if row.a is not None and row.b is not None}


@given(STEPS, STEPS)
def test_nothing_is_lost_and_order_is_kept(a, b):
    rows = align(a, b).rows
    assert [row.a for row in rows if row.a is not None] == list(range(len(a)))
    assert [row.b for row in rows if row.b is not None] == list(range(len(b)))
    for row in rows:
        sides = (row.a is not None, row.b is not None)
        assert (
            sides
            == {
                "equal": (True, True),
                "differs": (True, True),
                "only a": (True, False),
                "only b": (False, True),
            }[row.relation]
        )


@given(STEPS, STEPS)
def test_it_does_not_matter_which_comes_first(a, b):
    there, back = align(a, b), align(b, a)
    assert matched(there) == {(i, j) for j, i in matched(back)}
    assert len(there.differing) == len(back.differing)


@given(STEPS)
def test_a_trace_beside_itself_has_no_difference(steps):
    found = align(steps, steps)
    assert [(row.a, row.b) for row in found.rows] == [(i, i) for i in range(len(steps))]
    assert found.differing == ()
    assert found.first_divergence is None


@given(STEPS, STEPS)
def test_equal_means_equal_and_tools_only_meet_their_like(a, b):
    for row in align(a, b).rows:
        if row.a is None or row.b is None:
            continue
        one, other = a[row.a], b[row.b]
        assert one.kind == other.kind
        assert one.kind != "tool" or one.name == other.name
        assert (row.relation == "equal") == (one.signature == other.signature)


@given(STEPS, STEPS)
def test_long_traces_keep_the_same_promises(a, b):
    kept = module._CELLS
    module._CELLS = 4  # every path for long ones
    try:
        rows = align(a, b).rows
        assert sorted(r.a for r in rows if r.a is not None) == list(range(len(a)))
        assert sorted(r.b for r in rows if r.b is not None) == list(range(len(b)))
        assert align(a, a).differing == ()
        assert matched(align(a, b)) == {(i, j) for j, i in matched(align(b, a))}
    finally:
        module._CELLS = kept


def test_a_step_that_only_one_has_does_not_shift_the_rest():
    a = [Step("user", 1, text="hello there"), Step("assistant", 2, text="good bye")]
    b = [a[0], Step("tool", 2, name="find", arguments={}), a[1]]
    assert [row.relation for row in align(a, b).rows] == ["equal", "only b", "equal"]


def test_the_step_that_shares_words_is_the_partner():
    a = [Step("assistant", 1, text="I will cancel the lamp and the desk")]
    b = [
        Step("assistant", 1, text="Let me see your account"),
        Step("assistant", 2, text="I will cancel the lamp"),
    ]
    assert matched(align(a, b)) == {(0, 1)}


def test_doing_otherwise_counts_before_wording_otherwise():
    a = [Step("assistant", 1, text="Hello"), Step("tool", 2, name="find", arguments={"q": 1})]
    b = [Step("assistant", 1, text="Hi"), Step("tool", 2, name="find", arguments={"q": 2})]
    assert align(a, b).first_divergence == 1
    assert align(a[:1], b[:1]).first_divergence == 0


TEXT = st.text(alphabet=st.sampled_from("ab c\n\tд🙂 "), max_size=60)


@given(TEXT, TEXT)
def test_what_is_not_marked_is_the_same_on_both_sides(a, b):
    marked_a, marked_b = changed_words(a, b)
    assert left_over(a, marked_a) == left_over(b, marked_b)


@given(TEXT)
def test_equal_texts_have_no_marks(text):
    assert changed_words(text, text) == ([], [])


def test_marks_name_the_words():
    a, b = "keep the chair please", "keep the big chair"
    marked_a, marked_b = changed_words(a, b)
    assert [a[start : start + length] for start, length in marked_a] == ["please"]
    assert [b[start : start + length] for start, length in marked_b] == ["big"]


def test_very_long_texts_are_framed():
    same = "word " * 50_000
    a, b = same + "x " * 200_000 + "end", same + "y " * 200_000 + "end"
    (one,), (other,) = changed_words(a, b)
    assert a[one[0] : one[0] + one[1]].startswith("x x")
    assert other[0] == one[0]
    assert left_over(a, [one]) == left_over(b, [other])


def left_over(text, stretches):
    kept, at = [], 0
    for start, length in stretches:
        assert length > 0
        assert start >= at
        kept.append(text[at:start])
        at = start + length
    kept.append(text[at:])
    return " ".join(kept).split()
