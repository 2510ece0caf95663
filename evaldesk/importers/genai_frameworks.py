"""What frameworks write beside or instead of the conventions for generative AI.

OpenLLMetry (traceloop) numbers its messages, Google's Agent Development Kit (and kagent, which
builds on it) writes whole requests, the Vercel AI SDK has names of its own.
"""

from typing import Any

from evaldesk.domain.trace import Message
from evaldesk.importers import chat
from evaldesk.importers.fields import EMPTY, mapping, mappings, rest, sequence, text, unwrapped
from evaldesk.importers.json_stream import loads_strictly
from evaldesk.importers.span_attributes import Attributes
from evaldesk.importers.span_reading import SpanReading, ToolRun, messages_of, tidy

_TRACELOOP = {"workflow": "chain", "task": "chain", "agent": "agent", "tool": "tool"}
_REQUESTS = {
    "chat": "llm",
    "completion": "llm",
    "embedding": "embedding",
    "rerank": "reranker",
}

# ---------------------------------------------------------------------------------------- traceloop


def read_traceloop(attributes: Attributes, into: SpanReading) -> None:
    """OpenLLMetry: ``gen_ai.prompt.N.*``, ``gen_ai.completion.N.*``, ``traceloop.*``."""
    kind = text(attributes.peek("traceloop.span.kind")).lower()
    request = text(attributes.peek("llm.request.type")).lower()
    into.kind = into.kind or _TRACELOOP.get(kind, "") or _REQUESTS.get(request, "")
    received = _numbered(attributes, "gen_ai.prompt", "user")
    made = _numbered(attributes, "gen_ai.completion", "assistant")
    into.received = into.received or received
    into.made = into.made or made
    if received or made:
        into.kind = into.kind or "llm"
    functions = attributes.trees("llm.request.functions")
    if functions and not into.definitions:
        into.definitions = [
            {**item, "parameters": unwrapped(item.get("parameters"))}
            for item in mappings(functions)
        ]
    given = attributes.json("traceloop.entity.input")
    answer = attributes.json("traceloop.entity.output")
    if isinstance(given, dict) and given.get("inputs") not in EMPTY:
        given = given["inputs"]
    if isinstance(answer, dict) and answer.get("outputs") not in EMPTY:
        answer = answer["outputs"]
    if into.kind == "tool" and into.tool is None:
        into.tool = ToolRun(name=text(attributes.peek("traceloop.entity.name")))
    into.given = given if into.given is None else into.given
    into.answer = answer if into.answer is None else into.answer
    into.say("prompt_version", attributes.text("traceloop.prompt.version"))
    into.say("prompt_name", attributes.text("traceloop.prompt.key"))
    into.say("session_id", attributes.text("traceloop.association.properties.session_id"))
    into.say("user_id", attributes.text("traceloop.association.properties.user_id"))


def _numbered(attributes: Attributes, prefix: str, role: str) -> list[Message]:
    made = []
    for item in attributes.trees(prefix):
        raw = dict(mapping(item))
        if not raw:
            continue
        raw.setdefault("role", role)
        content = unwrapped(raw.get("content"))
        if isinstance(content, list) and content and all("type" in mapping(one) for one in content):
            raw["content"] = content
        made.append(tidy(chat.message(raw)))
    return made


# ---------------------------------------------------------------------------------------------- ADK


def read_adk(attributes: Attributes, into: SpanReading) -> None:
    """Google's Agent Development Kit: ``gcp.vertex.agent.*``."""
    if not attributes.any_under("gcp.vertex.agent."):
        return
    request = attributes.json("gcp.vertex.agent.llm_request")
    response = attributes.json("gcp.vertex.agent.llm_response")
    if isinstance(request, dict) and request:
        into.kind = into.kind or "llm"
        config = mapping(request.get("config"))
        received = _adk_system(config) + messages_of(request.get("contents"))
        into.received = into.received or received
        into.model = into.model or text(request.get("model"))
        if not into.definitions:
            into.definitions = [
                one
                for item in mappings(config.get("tools"))
                for one in mappings(item.get("function_declarations"))
            ]
        left = rest(config, ("system_instruction", "tools"))
        if left:
            into.attributes["gcp.vertex.agent.llm_request.config"] = left
    if isinstance(response, dict) and response:
        content = mapping(response.get("content"))
        if content and not into.made:
            into.made = messages_of([{"role": "model", **content}])
            reason = text(response.get("finish_reason"))
            for message in into.made[-1:] if reason else ():
                message["finish_reason"] = reason.lower()
        left = rest(response, ("content", "finish_reason"))
        if left:
            into.attributes["gcp.vertex.agent.llm_response"] = left
    given = attributes.json("gcp.vertex.agent.tool_call_args")
    result = attributes.json("gcp.vertex.agent.tool_response")
    if into.kind == "tool" or given not in (None, "N/A") or result not in EMPTY:
        into.kind = into.kind or "tool"
    if into.kind == "tool":
        tool = into.tool = into.tool or ToolRun()
        tool.arguments = given if tool.arguments is None else tool.arguments
        if result is not None and not tool.answered:
            tool.result, tool.answered = result, True
    into.say("session_id", attributes.text("gcp.vertex.agent.session_id"))
    into.say("user_id", text(attributes.peek("kagent.user_id")))


def _adk_system(config: dict[str, Any]) -> list[Message]:
    said = config.get("system_instruction")
    if isinstance(said, dict):
        return [{**item, "role": "system"} for item in messages_of([{"role": "user", **said}])]
    if isinstance(said, list):
        said = "\n".join(text(mapping(item).get("text", item)) for item in said)
    return [chat.text_message("system", said)] if isinstance(said, str) and said else []


# ------------------------------------------------------------------------------------------- Vercel


def read_vercel(attributes: Attributes, into: SpanReading) -> None:
    """The Vercel AI SDK: ``ai.*``."""
    operation = text(attributes.peek("ai.operationId"))
    if not operation.startswith("ai."):
        return
    attributes.take("ai.operationId")
    last = operation.rpartition(".")[2]
    if operation == "ai.toolCall":
        into.kind = into.kind or "tool"
        tool = into.tool = into.tool or ToolRun()
        tool.name = tool.name or attributes.text("ai.toolCall.name")
        tool.id = tool.id or attributes.text("ai.toolCall.id")
        tool.arguments = attributes.json("ai.toolCall.args", "ai.toolCall.input")
        if "ai.toolCall.result" in attributes or "ai.toolCall.output" in attributes:
            tool.result = attributes.json("ai.toolCall.result", "ai.toolCall.output")
            tool.answered = True
    elif "embed" in operation:
        into.kind = into.kind or ("embedding" if last.startswith("do") else "chain")
    else:
        into.kind = into.kind or ("llm" if last in ("doGenerate", "doStream") else "chain")
    into.model = into.model or attributes.text("ai.model.id")
    if text(attributes.peek("ai.model.id")) == into.model:
        attributes.take("ai.model.id")
    answered = attributes.text("ai.response.model")
    into.answered_model = into.answered_model or answered
    taken = attributes.count("ai.usage.promptTokens", "ai.usage.inputTokens", "ai.usage.tokens")
    given = attributes.count("ai.usage.completionTokens", "ai.usage.outputTokens")
    into.tokens_in = taken if into.tokens_in is None else into.tokens_in
    into.tokens_out = given if into.tokens_out is None else into.tokens_out
    _vercel_messages(attributes, into)
    metadata = {
        name.removeprefix("ai.telemetry.metadata."): attributes.take(name)
        for name in attributes.rest()
        if name.startswith("ai.telemetry.metadata.")
    }
    for name, key in (("sessionId", "session_id"), ("userId", "user_id")):
        into.say(key, text(metadata.get(name)))
    into.say("prompt_version", text(metadata.get("promptVersion")))
    into.say("metadata", metadata)


def _vercel_messages(attributes: Attributes, into: SpanReading) -> None:
    received = mappings(attributes.json("ai.prompt.messages"))
    said = attributes.text("ai.response.text", "ai.response.object")
    calls = attributes.json("ai.response.toolCalls")
    reason = attributes.text("ai.response.finishReason")
    thought = attributes.text("ai.response.reasoning")
    raw: dict[str, Any] = {"role": "assistant", "content": said}
    if thought:
        raw["reasoning"] = thought
    raw["tool_calls"] = [
        {
            "id": call.get("toolCallId"),
            "name": call.get("toolName"),
            "arguments": call.get("args", call.get("input")),
        }
        for call in mappings(calls)
    ]
    message = chat.message(raw)
    if reason:
        message["finish_reason"] = reason
    if into.kind == "llm":
        into.received = into.received or messages_of([_vercel(item) for item in received])
        if message["parts"] and not into.made:
            into.made = [message]
        if not into.definitions:
            tools = attributes.take("ai.prompt.tools")
            found = (unwrapped(item) for item in sequence(unwrapped(tools)))
            into.definitions = [item for item in found if isinstance(item, dict)]
        return
    given = attributes.json("ai.prompt")
    if given is None:
        # Each value is JSON text, also where it is but a text.
        one = attributes.take("ai.value")
        texts = sequence(attributes.take("ai.values")) if one is None else [one]
        values = [_parsed(item) for item in texts]
        given = values[0] if len(values) == 1 else values or None
    into.given = given if into.given is None else into.given
    if said:
        into.answer = said if into.answer is None else into.answer
    elif reason:
        into.attributes["ai.response.finishReason"] = reason


def _vercel(raw: dict[str, Any]) -> dict[str, Any]:
    """A message whose calls and results have the usual names."""
    content = raw.get("content")
    if not isinstance(content, list):
        return raw
    return {**raw, "content": [_vercel_part(item) for item in content]}


def _vercel_part(part: Any) -> Any:
    raw = mapping(part)
    about = {"id": text(raw.get("toolCallId")), "name": text(raw.get("toolName"))}
    if raw.get("type") == "tool-call":
        given = raw.get("input", raw.get("args"))
        return {"type": "tool_call", **about, "arguments": given}
    if raw.get("type") == "tool-result":
        output = raw.get("output", raw.get("result"))
        inner = mapping(output)
        if set(inner) == {"type", "value"}:
            output = inner["value"]
        return {"type": "tool_call_response", **about, "response": output}
    return part


def _parsed(value: Any) -> Any:
    try:
        return loads_strictly(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value
