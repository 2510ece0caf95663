"""What an answer takes from the documents."""

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.services.labelling.quotes import LEAST, quotes


def told(answer, documents):
    return [
        (
            answer[q.start : q.start + q.length],
            q.document,
            documents[q.document][q.there : q.there + q.there_length],
        )
        for q in quotes(answer, documents)
    ]


def test_a_quote_is_found_whatever_its_case_and_marks():
    documents = ["Chairs.", "The policy: whole orders can be cancelled, within a day (no items)."]
    answer = "As I read it, Whole orders can be cancelled within a day; I am sorry."
    assert told(answer, documents) == [
        (
            "Whole orders can be cancelled within a day",
            1,
            "whole orders can be cancelled, within a day",
        )
    ]


def test_four_words_are_no_quote():
    assert quotes("whole orders can be", ["whole orders can be cancelled"]) == []


def test_the_document_that_has_most_of_it_is_named():
    documents = ["a b c d e x", "a b c d e f g h"]
    assert told("z a b c d e f g h z", documents) == [("a b c d e f g h", 1, "a b c d e f g h")]


def test_a_phrase_everywhere_takes_no_longer():
    documents = ["one two three four five " * 20_000]
    found = quotes("one two three four five six", documents)
    assert len(found) == 1


def test_scripts_without_ascii():
    text = "den ganzen Auftrag können Sie stornieren"
    assert told(f"Ja: {text}!", [f"Nur {text}."]) == [(text, 0, text)]


def test_signs_without_spaces_count_as_words():
    document = "配送前の注文は全体としてのみ取り消すことができます。"
    assert told("はい、注文は全体としてのみ取り消すことができます", [document]) == [
        (
            "注文は全体としてのみ取り消すことができます",
            0,
            "注文は全体としてのみ取り消すことができます",
        )
    ]
    assert quotes("取り消すこと", [document]) == []


words = st.lists(st.sampled_from("abcdef"), max_size=40).map(" ".join)


@given(words, st.lists(words, max_size=3))
def test_quotes_are_alike_long_enough_and_do_not_overlap(answer, documents):
    end = 0
    for q in quotes(answer, documents):
        mine = answer[q.start : q.start + q.length]
        theirs = documents[q.document][q.there : q.there + q.there_length]
        assert mine == theirs
        assert len(mine.split()) >= LEAST
        assert q.start >= end
        end = q.start + q.length


@given(words)
def test_a_text_quotes_itself_whole(text):
    if len(text.split()) >= LEAST:
        assert quotes(text, [text])[0].start == 0
