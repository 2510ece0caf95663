"""Highlights find their words again, and no others."""

import unicodedata
from difflib import SequenceMatcher

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaldesk.domain.anchoring import (
    CONTEXT,
    Passages,
    anchor_at,
    joined,
    locate,
    plain_newlines,
    whole_characters,
)
from evaldesk.domain.highlight import Anchor, Found, Passage

WORDS = st.sampled_from(
    ["the", "refund", "was", "not", "é", "e\u0301", "👩‍👩‍👧", "👍🏽", "🇩🇪🇫🇷", "ไม่", "שלום", "退款",
     ".", "\n", "  ", "\t", "12,50", "order", "—", "\u00a0", "ﬁ"]
)  # fmt: skip
TEXTS = st.lists(WORDS, min_size=3, max_size=60).map(" ".join)


def passages(*texts: str) -> Passages:
    return Passages([Passage("assistant", at, "text", text) for at, text in enumerate(texts)])


def there(found: Found | None, looked: Passages) -> str:
    assert found is not None
    return looked[looked.index(found.step, found.key)].text[found.start : found.end]


def cut(data: st.DataObject, text: str) -> tuple[int, int]:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assume(text[start:end].strip())
    return start, end


@given(TEXTS, st.data())
def test_the_same_text_gives_the_same_place_wherever_it_stands(text, data):
    start, end = cut(data, text)
    anchor = anchor_at(passages(text), 0, start, end)
    moved = passages("before it", "and more", text)
    found = locate(anchor, moved)
    assert found == Found(2, "text", anchor.start, anchor.end, "same")
    assert there(found, moved) == anchor.quote


@given(TEXTS, st.text("ab é\n👍", max_size=12), st.data())
def test_words_that_stay_are_found_where_they_went(text, added, data):
    """An edit outside the quote: it is found at its new place, or its neighbours are gone."""
    start, end = cut(data, text)
    anchor = anchor_at(passages(text), 0, start, end)
    at = data.draw(st.integers(0, len(text)))
    gone = data.draw(st.integers(0, 6))
    assume(at >= anchor.end or at + gone <= anchor.start)
    edited = text[:at] + added + text[at + gone :]
    looked = passages(edited)
    found = locate(anchor, looked)
    expected = anchor.start + (len(added) - gone if at + gone <= anchor.start else 0)
    if found is None:
        return
    assert there(found, looked) == anchor.quote or found.standing == "changed"
    if found.start != expected:
        # Another place with these words, and at least half of what stood next to them.
        check_neighbours(anchor, edited, found)


def check_neighbours(anchor: Anchor, text: str, found: Found) -> None:
    before = text[max(0, found.start - CONTEXT) : found.start]
    after = text[found.end : found.end + CONTEXT]
    kept = 0
    for one, other in zip(reversed(anchor.before), reversed(before), strict=False):
        if fold(one) != fold(other):
            break
        kept += 1
    for one, other in zip(anchor.after, after, strict=False):
        if fold(one) != fold(other):
            break
        kept += 1
    assert kept * 2 >= min(len(anchor.before) + len(anchor.after), 24) - 4 or (
        len(anchor.quote.strip()) >= 16 and text.count(anchor.quote) == 1
    )


def fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFD", text).split())


@settings(max_examples=300)
@given(TEXTS, TEXTS, st.data())
def test_never_on_other_words(text, other, data):
    """Whatever the other text is: what is found says the same, or nearly."""
    start, end = cut(data, text)
    anchor = anchor_at(passages(text), 0, start, end)
    keep = data.draw(st.integers(0, len(text)))
    looked = passages(other, text[:keep] + other, other + text[keep:])
    found = locate(anchor, looked)
    if found is None:
        return
    words = there(found, looked)
    if found.standing == "changed":
        assert SequenceMatcher(None, fold(anchor.quote), fold(words), autojunk=False).ratio() >= 0.7
    else:
        assert words == anchor.quote
    text_there = looked[looked.index(found.step, found.key)].text
    assert whole_characters(text_there, found.start, found.end) == (found.start, found.end)


@given(TEXTS, st.data())
def test_other_spaces_and_other_spelling_of_accents_are_no_other_words(text, data):
    start, end = cut(data, text)
    anchor = anchor_at(passages(text), 0, start, end)
    edited = unicodedata.normalize("NFC", text.replace(" ", "  "))
    looked = passages(edited)
    found = locate(anchor, looked)
    if found is not None:
        assert fold(there(found, looked)) == fold(anchor.quote)


@given(TEXTS, st.data())
def test_carriage_returns_are_no_difference(text, data):
    text = plain_newlines(text.replace("\t", "\r\n"))
    start, end = cut(data, text)
    anchor = anchor_at(passages(text), 0, start, end)
    looked = passages(plain_newlines(text.replace("\n", "\r\n")))
    assert there(locate(anchor, looked), looked) == anchor.quote


@given(TEXTS, st.data())
def test_no_character_is_cut_in_two(text, data):
    start, end = cut(data, text)
    anchor = anchor_at(passages(text), 0, start, end)
    assert anchor.start <= start < end <= anchor.end
    assert not joined(text, anchor.start)
    assert not joined(text, anchor.end)


def test_families_tones_flags_and_accents_are_one_character_each():
    for whole in ("👩‍👩‍👧", "👍🏽", "e\u0301", "ก่", "❤️"):
        text = f"a{whole}b"
        for at in range(1, len(whole)):
            assert whole_characters(text, at + 1, at + 1 + 1)[0] == 1, whole
    assert whole_characters("🇩🇪🇫🇷", 1, 3) == (0, 4)
    assert whole_characters("🇩🇪🇫🇷", 2, 4) == (2, 4)


def test_a_word_that_occurs_twice_is_told_by_what_stands_next_to_it():
    text = "The first order was lost on the way. The second order was found in the store."
    start = text.rindex("order")
    anchor = anchor_at(passages(text), 0, start, start + 5)
    edited = "Well. " + text.replace("lost", "late")
    found = locate(anchor, passages(edited))
    assert found is not None
    assert found.start == edited.rindex("order")
    assert found.standing == "moved"


def test_words_that_nothing_tells_apart_are_not_found():
    line = "No answer was given to this question by the assistant at any time today.\n"
    text = line * 3
    start = len(line) + 3
    anchor = anchor_at(passages(text), 0, start, start + 6)
    assert locate(anchor, passages("x" + text)) is None


def test_a_mended_typo_is_found_and_said_to_be_changed():
    text = "You will recieve the full refund of 12,50 within three days of our answer."
    start = text.index("recieve")
    anchor = anchor_at(passages(text), 0, start, start + len("recieve the full refund"))
    looked = passages(text.replace("recieve", "receive") + " Bye.")
    found = locate(anchor, looked)
    assert there(found, looked) == "receive the full refund"
    assert found is not None
    assert found.standing == "changed"


def test_what_is_gone_is_not_found():
    text = "You get the refund tomorrow. We are sorry."
    anchor = anchor_at(passages(text), 0, 4, 27)
    assert locate(anchor, passages("We are sorry.", "Something else entirely.")) is None


def test_the_same_words_of_another_speaker_do_not_count_where_the_own_are_there():
    text = "I want my money back for order 17"
    two = Passages(
        [Passage("user", 0, "text", text + "!"), Passage("assistant", 1, "text", text + "?")]
    )
    anchor = anchor_at(
        Passages([Passage("assistant", 0, "text", text)]), 0, text.index("money"), len(text)
    )
    found = locate(anchor, two)
    assert found is not None
    assert found.step == 1


def test_the_second_of_two_equal_messages_stays_the_second():
    looked = passages("yes", "no", "yes")
    anchor = anchor_at(looked, 2, 0, 3)
    assert anchor.nth == 1
    assert locate(anchor, passages("yes", "well", "no", "yes")) == Found(3, "text", 0, 3, "same")
