"""What always holds of a redaction."""

import base64
import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from hypothesis import given, settings
from hypothesis import strategies as st

from evaldesk.domain.privacy import Profile, TermList
from evaldesk.domain.trace import Annotation, Scenario, Score, Trace, TraceRow
from evaldesk.privacy.detection import Detector, DetectorPlan
from evaldesk.privacy.layer import OffsetMap, redact, redacted_text
from evaldesk.privacy.trace_texts import canonical, places

KEY = b"k" * 32
DETECTOR = Detector(KEY)
STRICT = Profile("strict")
PSEUDONYMS = Profile("pseudonyms", otherwise="pseudonym")
REMOVED = Profile("removed", otherwise="remove")

VALUES = (
    "zelda.quorn@mail.example",
    "+1 212 555 2368",
    "536-22-1234",
    "DE89370400440532013000",
    "4111 1111 1111 1111",
    "203.0.113.77",
    "sk-ant-api03-Ab3dEf6hIj9kLm2nOp5qRs8t",
)
FORMS = (
    lambda value: value,
    lambda value: json.dumps({"note": f"it is {value}"}),
    lambda value: "https://x.example/?q=" + quote(value, safe=""),
    lambda value: base64.b64encode(f"hidden: {value}".encode()).decode(),
    lambda value: f"before\n{value}\nafter",
)


def trace_of(texts: list[str], extra: Any = None) -> Trace:
    row = TraceRow(
        pk=1,
        id="ab" * 32,
        scenario=texts[0][:40] or "s",
        title=texts[0],
        run="r",
        system="m",
        trial=0,
        status="ok",
        tier="",
        slices={},
        scores={"pass": 1.0},
        latency_ms=1.5,
        tokens_in=3,
        tokens_out=4,
        cost=0.1,
        started_at="2026-11-12T14:34:05Z",
        error="",
        preview=texts[-1][:160],
    )
    scenario = Scenario(row.scenario, texts[0], title=texts[0], metadata={"extra": extra})
    body: Any = {
        "messages": [
            {"role": "user", "parts": [{"type": "text", "content": text}]} for text in texts
        ],
        "metadata": {"note": texts[-1]},
    }
    said = (Annotation("thumbs", comment=texts[-1]),)
    return Trace(row, scenario, "cd" * 32, body, {"pass": Score(1.0, explanation=texts[0])}, said)


words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30)
planted = st.builds(
    lambda before, value, form, after: f"{before} {form(value)} {after}",
    words,
    st.sampled_from(VALUES),
    st.sampled_from(FORMS),
    words,
)
texts = st.lists(st.one_of(words, planted), min_size=1, max_size=4)
profiles = st.sampled_from((STRICT, PSEUDONYMS, REMOVED))


@given(texts, profiles)
@settings(max_examples=150)
def test_redacting_twice_is_redacting_once(given_texts: list[str], profile: Profile) -> None:
    once = redact(trace_of(given_texts), profile, DETECTOR).trace
    assert redact(once, profile, DETECTOR).trace == once


@given(st.sampled_from(VALUES), st.lists(st.sampled_from(FORMS), min_size=1, max_size=4), profiles)
def test_nothing_that_was_found_remains_in_any_form(
    value: str, forms: list[Any], profile: Profile
) -> None:
    made = redact(trace_of([form(value) for form in forms]), profile, DETECTOR).trace
    shown = json.dumps(canonical(made), ensure_ascii=False)
    hidden = base64.b64encode(f"hidden: {value}".encode()).decode()
    for form in (value, quote(value, safe=""), hidden):
        assert form not in shown


@given(texts, profiles)
@settings(max_examples=60)
def test_equal_traces_stay_equal(given_texts: list[str], profile: Profile) -> None:
    one, other = trace_of(given_texts), trace_of(list(given_texts))
    assert redact(one, profile, DETECTOR) == redact(other, profile, Detector(KEY))


@given(texts)
@settings(max_examples=100)
def test_where_nothing_is_found_nothing_changes(given_texts: list[str]) -> None:
    trace = trace_of(given_texts, {"n": 12345678901234567890, "f": 0.1, "t": (1, None)})
    before = {place.path: place.text for place in places(canonical(trace))}
    found = {one.path for one in DETECTOR.in_trace(trace)}
    made = redact(trace, STRICT, DETECTOR)
    after = {place.path: place.text for place in places(canonical(made.trace))}
    for path, text in before.items():
        if path not in found and path not in made.maps:
            assert after[path] == text
    if not found:
        assert made.trace is trace


@given(texts, profiles)
@settings(max_examples=60)
def test_places_are_found_again_on_the_other_side(given_texts: list[str], profile: Profile) -> None:
    trace = trace_of(given_texts)
    made = redact(trace, profile, DETECTOR)
    old = {place.path: place.text for place in places(canonical(trace))}
    new = {place.path: place.text for place in places(canonical(made.trace))}
    for path, moved in made.maps.items():
        if path not in new:
            continue
        assert moved.redacted(len(old[path])) == len(new[path])
        for at in range(len(old[path])):
            there = moved.redacted(at)
            if moved.original(there) == at and there < len(new[path]):
                inside = any(
                    edit.start <= at < edit.end for edits in moved.rounds for edit in edits
                )
                assert inside or old[path][at] == new[path][there]


def test_an_empty_map_moves_nothing() -> None:
    assert OffsetMap(()).redacted(7) == 7


def test_the_same_person_has_the_same_pseudonym_everywhere() -> None:
    who = {"customer": {"first_name": "Zelda", "last_name": "Quorn"}}
    first = redact(trace_of(["Zelda Quorn called", "ZELDA QUORN"], who), PSEUDONYMS, DETECTOR)
    second = redact(trace_of(["I am Zelda, yes", "Quorn, Zelda"], who), PSEUDONYMS, Detector(KEY))
    names = set()
    for made in (first, second):
        for message in made.trace.body["messages"]:
            words_ = message["parts"][0]["content"].replace(",", "").split()
            names |= {word for word in words_ if word.startswith("Person-")}
    assert len(names) == 1
    other = redact(trace_of(["Zelda Quorn called"], who), PSEUDONYMS, Detector(b"o" * 32))
    assert not names & set(json.dumps(canonical(other.trace)).replace('"', " ").split())


def test_keys_of_objects_and_numbers_are_redacted_too() -> None:
    extra = {"zelda_quorn_77": 1, "customer": {"last_name": "Quorn", "phone": 12125552368}}
    made = redact(trace_of(["hello"], extra), STRICT, DETECTOR).trace
    assert made.scenario.metadata["extra"] == {
        "zelda_[person]_77": 1,
        "customer": {"last_name": "[person]", "phone": "[phone]"},
    }


def test_two_names_that_become_one_stay_two() -> None:
    extra = {"a@mail.example": 1, "b@mail.example": 2}
    made = redact(trace_of(["x"], extra), STRICT, DETECTOR).trace
    assert made.scenario.metadata["extra"] == {"[email]": 1, "[email] (2)": 2}


def test_lists_find_words_however_they_are_written() -> None:
    lists = (TermList("people", "person", ("Jürgen Müller-Lüdenscheidt", "Ann", "山田太郎")),)
    detector = Detector(KEY, DetectorPlan(lists=lists))
    for text in (
        "JURGEN MULLER LUDENSCHEIDT",
        "Jürgen Müller\u00a0Lüdenscheidt",
        "Jür\u200bgen Müller-Lüdenscheidt",
        "Јürgen Müller-Lüdenscheidt",  # a Cyrillic letter
        "Ｊｕｒｇｅｎ Muller Ludenscheidt",
        "jürgen\nmüller-lüdenscheidt",
        "jurgen_muller_ludenscheidt_12",
        "ann",
        "これは山田太郎です",
    ):
        assert "[person]" in redacted_text(text, STRICT, detector), text
    for text in ("Annual", "Hannover", "Jürgen Müller"):
        assert redacted_text(text, STRICT, detector) == text


def test_the_seal_is_not_touched() -> None:
    trace = trace_of(["mail zelda.quorn@mail.example"])
    copy = replace(trace)
    made = redact(trace, STRICT, DETECTOR).trace
    assert trace == copy
    assert made.row.id == trace.row.id
    assert made.scenario_id == trace.scenario_id
