"""Many calls that repeat one another, as one conversation."""

import copy

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.importers.span_conversation import Conversation
from evaldesk.importers.span_reading import ToolRun


def said(role, content):
    return {"role": role, "parts": [{"type": "text", "content": content}]}


def call(name, ident="", **arguments):
    part = {"type": "tool_call", "name": name, "arguments": arguments}
    return {"role": "assistant", "parts": [part | ({"id": ident} if ident else {})]}


def answer(response, ident="", name=""):
    part = {"type": "tool_call_response", "response": response}
    part |= {"id": ident} if ident else {}
    return {"role": "tool", "parts": [part | ({"name": name} if name else {})]}


def texts(conversation):
    return [
        part.get("content", part.get("response", part.get("name")))
        for message in conversation.messages
        for part in message["parts"]
    ]


TURNS = st.lists(
    st.tuples(st.sampled_from(["yes", "no", "again"]), st.sampled_from(["ok", "fine"])),
    min_size=1,
    max_size=8,
)


@given(TURNS, st.booleans())
def test_a_history_that_grows_is_each_message_once(turns, system):
    """Also where people and models say the same again."""
    conversation = Conversation()
    history = [said("system", "Be brief.")] if system else []
    for question, reply in turns:
        history.append(said("user", question))
        conversation.receive(copy.deepcopy(history))
        at = conversation.made(said("assistant", reply))
        history.append(said("assistant", reply))
        assert conversation.messages[at] == history[-1]
    assert conversation.messages == history


@given(TURNS)
def test_a_call_that_is_tried_again_adds_its_answers_alone(turns):
    conversation = Conversation()
    given_first = [said("system", "S"), said("user", "Q")]
    for _, reply in turns:
        conversation.receive(copy.deepcopy(given_first))
        conversation.made(said("assistant", reply))
    assert texts(conversation) == ["S", "Q", *(reply for _, reply in turns)]


def test_two_agents_that_share_a_question():
    conversation = Conversation()
    for _ in range(2):
        for name in ("A", "B"):
            conversation.receive([said("system", name), said("user", "Q")])
            conversation.made(said("assistant", f"{name} answers"))
    # The second round repeats what both were given.
    assert texts(conversation) == [
        "A", "Q", "A answers", "B", "B answers", "A answers", "B answers",
    ]  # fmt: skip


def test_what_a_tool_gave_is_quoted_or_put_in_place():
    conversation = Conversation()
    conversation.receive([said("user", "Q")])
    conversation.made(call("look", "c1", at="Bern"))
    ran = conversation.ran(ToolRun("look", "c1", {"at": "Bern"}, {"result": "dry"}, True), {})
    conversation.receive([said("user", "Q"), call("look", "c1", at="Bern"), answer("dry", "c1")])
    assert ran.message == 2
    assert conversation.messages[2]["parts"][0]["name"] == "look"
    # Nobody quotes the next one.
    conversation.made(call("find", what="x"))
    other = conversation.ran(ToolRun("find", "", {"what": "x"}, [1], True, span="s9"), {})
    conversation.made(said("assistant", "Done"))
    assert other.message == 4
    made = conversation.messages[3]["parts"][0]
    assert made["id"] == conversation.messages[4]["parts"][0]["id"] == "s9"
    assert len(conversation.messages) == 6


def test_answers_to_two_calls_of_one_name_without_ids():
    conversation = Conversation()
    both = call("look", n=1)
    both["parts"].append(call("look", n=2)["parts"][0])
    conversation.made(both)
    for number in (1, 2):
        conversation.ran(ToolRun("look", "", {"n": number}, number, True, span=f"s{number}"), {})
    conversation.receive([copy.deepcopy(both), answer("1"), answer("2")])
    calls = [part["id"] for part in conversation.messages[0]["parts"]]
    answers = [message["parts"][0]["id"] for message in conversation.messages[1:]]
    assert calls == answers == ["s1", "s2"]


def test_a_tool_that_no_model_called_keeps_its_arguments():
    conversation = Conversation()
    conversation.ran(ToolRun("look", "", {"n": 1}, "dry", True), {"latency_ms": 5})
    conversation.settle()
    (message,) = conversation.messages
    assert message["metadata"] == {"arguments": {"n": 1}}
    assert (message["role"], message["latency_ms"]) == ("tool", 5)


def test_ids_that_only_the_repetition_has_are_taken_over():
    conversation = Conversation()
    conversation.made(call("look", n=1))
    conversation.receive([call("look", "c7", n=1), answer("dry", "c7")])
    assert conversation.messages[0]["parts"][0]["id"] == "c7"
    assert len(conversation.messages) == 2
