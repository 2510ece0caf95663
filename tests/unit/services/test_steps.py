"""A trace as its steps."""

import gzip
import json

from evaldesk.domain.trace import Scenario, Trace, TraceRow
from evaldesk.services.reading.steps import one_line, pretty, steps_of


def trace(messages, **body):
    row = TraceRow(
        1, "0" * 64, "s", "t", "r", "m", 0, "ok", "", {}, {}, None, None, None, None, "", "", ""
    )
    return Trace(row, Scenario("s", "x"), "0" * 64, {"messages": messages, **body}, {})


def message(role, *parts, **more):
    return {"role": role, "parts": list(parts), **more}


def text(content):
    return {"type": "text", "content": content}


def call(name, arguments, id=""):
    return {"type": "tool_call", "id": id, "name": name, "arguments": arguments}


def response(value, id="", **more):
    return {"type": "tool_call_response", "id": id, "response": value, **more}


def test_call_and_result_are_one_step():
    steps = steps_of(
        trace(
            [
                message("user", text("hello")),
                message("assistant", call("find", {"q": 1}, "a"), call("find", {"q": 2}, "b")),
                message("tool", response("two", "b")),
                message("tool", response("one", "a")),
                message("assistant", text("done")),
            ]
        )
    )
    assert [(step.kind, step.number) for step in steps] == [
        ("user", 1),
        ("tool", 2),
        ("tool", 3),
        ("assistant", 4),
    ]
    assert [(step.arguments, step.result) for step in steps[1:3]] == [
        ({"q": 1}, "one"),
        ({"q": 2}, "two"),
    ]


def test_results_without_ids_belong_to_the_oldest_open_call():
    steps = steps_of(
        trace(
            [
                message("assistant", call("a", 1), call("b", 2)),
                message("tool", response("first")),
                message("tool", response("second")),
            ]
        )
    )
    assert [(step.name, step.result) for step in steps] == [("a", "first"), ("b", "second")]


def test_an_id_that_comes_twice_is_joined_in_order():
    steps = steps_of(
        trace(
            [
                message("assistant", call("a", 1, "x")),
                message("tool", response("first", "x")),
                message("assistant", call("a", 2, "x")),
                message("tool", response("second", "x")),
            ]
        )
    )
    assert [(step.arguments, step.result) for step in steps] == [(1, "first"), (2, "second")]


def test_a_result_that_nobody_asked_for_is_a_step_of_its_own():
    steps = steps_of(trace([message("tool", response("stray", "zzz"), name="lookup")]))
    assert [(step.kind, step.name, step.result) for step in steps] == [("tool", "lookup", "stray")]


def test_a_call_without_a_result_says_so():
    (step,) = steps_of(trace([message("assistant", call("a", {}, "1"))]))
    assert not step.answered
    assert step.result is None


def test_prompt_and_tools_are_the_setup_and_have_no_number():
    steps = steps_of(
        trace(
            [message("system", text("Be kind.")), message("user", text("hi"))],
            tools=[{"name": "find", "description": "finds it"}],
        )
    )
    assert [(step.kind, step.number) for step in steps] == [("setup", 0), ("user", 1)]
    assert steps[0].text == "Be kind."
    assert steps[0].words > 2


def test_reasoning_before_a_call_goes_with_the_call():
    thought = {"type": "reasoning", "content": "I should look."}
    (step,) = steps_of(trace([message("assistant", thought, call("find", {}, "1"))]))
    assert (step.kind, step.reasoning) == ("tool", "I should look.")


def test_steps_that_say_the_same_have_one_signature():
    fast, slow = (
        steps_of(trace([message("assistant", text("yes"), latency_ms=ms)])) for ms in (1.0, 900.0)
    )
    (other,) = steps_of(trace([message("assistant", text("no"))]))
    assert fast[0].signature == slow[0].signature != other.signature


def test_json_inside_text_is_laid_out_and_other_text_left_alone():
    assert pretty('{"a":[1,2]}') == '{\n  "a": [\n    1,\n    2\n  ]\n}'
    assert pretty("[not json]") == "[not json]"
    assert pretty({"n": 2**80}).startswith('{"n":1208925819614629174706176')


def test_one_line_is_short_and_has_no_breaks():
    line = one_line({"text": "a\nb " * 500}, 80)
    assert len(line) == 80
    assert "\n" not in line


def test_every_message_of_real_files_is_in_a_step(shared_data):
    path = shared_data / "traces" / "tau2" / "airline_gpt-4.1.json.gz"
    simulations = json.loads(gzip.decompress(path.read_bytes()))["simulations"]
    for simulation in simulations:
        calls = answers = said = 0
        messages = []
        for raw in simulation["messages"]:
            parts = [text(raw["content"])] if raw.get("content") and raw["role"] != "tool" else []
            for one in raw.get("tool_calls") or ():
                parts.append(call(one["name"], one["arguments"], one["id"]))
                calls += 1
            if raw["role"] == "tool":
                parts.append(response(raw["content"], raw["id"]))
                answers += 1
            said += bool(raw.get("content")) and raw["role"] != "tool"
            messages.append(message(raw["role"], *parts))
        steps = steps_of(trace(messages))
        tools = [step for step in steps if step.kind == "tool"]
        assert len(tools) == calls
        assert sum(step.answered for step in tools) == answers
        assert sum(step.kind in ("user", "assistant") for step in steps) == said
        assert [step.number for step in steps] == list(range(1, len(steps) + 1))
