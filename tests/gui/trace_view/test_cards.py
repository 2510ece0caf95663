"""What a trace is made into before anything is drawn."""

from dataclasses import replace

from evaldesk.domain.trace import Score
from evaldesk.ui.widgets.trace_view.cards import cards_of
from evaldesk.ui.widgets.trace_view.places import Place, as_markdown, text_between
from evaldesk.ui.widgets.trace_view.search import hits


def kinds(cards):
    return [card.kind for card in cards]


def test_everything_of_a_trace_has_a_card(support):
    cards = cards_of(support)
    assert kinds(cards) == [
        "scenario",
        "setup",
        "user",
        "documents",
        "tool",
        "assistant",
        "user",
        "assistant",
        "scores",
        "metadata",
    ]
    assert cards[1].summary.startswith("System prompt and 1 tool · ")
    assert cards[4].summary.startswith('{"order_id":"#W26"} → {"items"')
    assert cards[4].corner == "2 · 0.3 s"
    assert [s.title for s in cards[3].sections] == ["1 · Cancelling · 0.91", "2 · Furniture · 0.4"]


def test_folded_are_prompt_tools_documents_reasoning_and_metadata(support):
    cards = cards_of(support)
    assert [card.kind for card in cards if card.foldable and not card.open] == [
        "setup",
        "documents",
        "tool",
        "scores",
        "metadata",
    ]
    reasoning = cards[5].sections[0]
    assert (reasoning.key, reasoning.open, reasoning.tone) == ("reasoning", False, "italic")


def test_a_blind_view_tells_nothing_that_biases(support):
    cards = cards_of(support, hide_scores=True, hide_systems=True)
    assert not {"scores", "metadata"} & set(kinds(cards))


def test_a_failed_call_is_marked(make):
    cards = cards_of(
        make.trace(
            [
                make.message("assistant", make.call("find", {})),
                make.message("tool", make.response(None, error="timed out")),
            ]
        )
    )
    assert cards[0].chips == [("error", "bad")]
    assert cards[0].summary == "{} → timed out"


def test_an_error_of_the_run_stands_first(make):
    cards = cards_of(make.trace([make.message("user", make.text("hi"))], error="no quota left"))
    assert kinds(cards) == ["error", "user"]
    assert cards[0].sections[0].text == "no quota left"


def test_a_final_answer_that_was_said_is_not_repeated(make):
    said = [make.message("assistant", make.text("42"))]
    assert kinds(cards_of(make.trace(said, output="42"))) == ["assistant"]
    assert kinds(cards_of(make.trace(said, output="43"))) == ["assistant", "output"]


def test_markup_and_blobs_stay_text(make):
    evil = '<img src="http://x/y.png"><b>bold</b>'
    blob = {"type": "blob", "mime_type": "image/png", "content": "AAAA" * 400}
    (card,) = cards_of(make.trace([make.message("user", make.text(evil), blob)]))
    assert card.sections[0].text == evil
    assert card.sections[1].text == "image/png, 1 kB"


def test_a_message_as_markdown(make):
    cards = cards_of(
        make.trace(
            [
                make.message("assistant", make.call("find", {"q": "```"})),
                make.message("tool", make.response("found")),
            ]
        )
    )
    lines = as_markdown(cards[0]).splitlines()
    assert lines[0] == "**Tool · find · 1**"
    assert "````json" in lines
    assert lines.count("````") == 1


def test_a_score_without_a_number_shows_its_word(make):
    scores = {"judge": Score(None, label="C", explanation="close enough")}
    card = cards_of(make.trace([], scores=scores))[-1]
    assert card.sections[0].title == "judge = C"


def test_text_between_two_places_leaves_out_what_is_folded(support):
    cards = cards_of(support)
    text = text_between(cards, Place(2, 0, 2), Place(6, 0, 2))
    assert text.startswith("want to cancel")
    assert text.endswith("\n\nNo")
    assert "pending" not in text
    assert "Only whole orders" not in text


def test_hits_are_found_in_folded_text_and_across_lines(support, make):
    cards = cards_of(support)
    assert [cards[hit.row].kind for hit in hits(cards, "PENDING")] == ["tool"]
    broken = cards_of(make.trace([make.message("user", make.text("whole\n  order"))]))
    assert len(hits(broken, "whole order")) == 1
    assert hits(cards, "  ") == []


def test_an_item_without_text_says_why(support):
    bare = replace(
        support,
        row=replace(support.row, status="unit", error=""),
        scenario=replace(support.scenario, expected=""),
        body={"messages": []},
        scores={},
    )
    [card] = cards_of(bare)
    assert card.title == "Nothing to read"
    assert "Only ratings came with this item" in card.sections[0].text
