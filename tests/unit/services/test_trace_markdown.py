"""A trace as Markdown and JSON, for an issue or a note."""

import json

from evaldesk.domain.trace import Annotation, Scenario, Score, Trace, TraceRow
from evaldesk.services.reading.steps import steps_of
from evaldesk.services.reading.trace_markdown import (
    fenced,
    step_markdown,
    trace_json,
    trace_markdown,
)


def whole():
    row = TraceRow(
        1, "f" * 64, "s", "t", "run-1", "model-x", 0, "ok", "", {}, {}, None, None, None, 0.2, "",
        "", "",
    )  # fmt: skip
    messages = [
        {"role": "user", "parts": [{"type": "text", "content": "Where is **it**?"}]},
        {
            "role": "assistant",
            "model": "model-x-1",
            "parts": [{"type": "tool_call", "id": "1", "name": "find", "arguments": {"q": "```"}}],
        },
        {"role": "tool", "parts": [{"type": "tool_call_response", "id": "1", "response": "no"}]},
    ]
    documents = [{"content": "first\nsecond", "title": "Doc", "score": 0.5}]
    return Trace(
        row,
        Scenario("RET-1", "x", title="A lamp", expected="Finds it."),
        "s" * 64,
        {"messages": messages, "documents": documents, "metadata": {"model": "model-x-1"}},
        {"pass": Score(1.0)},
        (Annotation("thumbs", 1.0, comment="good", annotator="Kim"),),
    )


def test_the_whole_trace():
    text = trace_markdown(whole())
    assert text.startswith("# A lamp\n\n- Scenario: RET-1")
    for part in (
        "- System: model-x",
        "- pass: 1",
        "## Expected\n\nFinds it.",
        "## 1 · User\n\nWhere is **it**?",
        "### 1 · Doc · 0.5\n\n> first\n> second",
        "- thumbs · 1 · Kim\n\n> good",
    ):
        assert part in text


def test_a_blind_copy_tells_nothing_that_biases():
    blind = {"hide_systems": True, "hide_scores": True}
    for text in (trace_markdown(whole(), **blind), trace_json(whole(), **blind)):
        for secret in ("model-x", "run-1", "thumbs", "Kim", "pass"):
            assert secret not in text


def test_a_fence_is_longer_than_what_it_holds():
    step = steps_of(whole())[1]
    said = step_markdown(step)
    assert said.startswith('**2 · Tool · find**\n\n````json\n{\n  "q": "```"\n}\n````')
    assert fenced("a ````` b").startswith("``````\n")


def test_json_is_the_canonical_trace():
    assert json.loads(trace_json(whole())) == whole().to_json()
