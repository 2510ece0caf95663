"""What went into a call and what came out, in the shapes of providers and frameworks."""

from dataclasses import dataclass, field
from typing import Any

from evaldesk.domain.trace import Message
from evaldesk.importers import chat, dialects, fields

_QUESTION = ("question", "query", "user_input", "user_query", "input", "prompt", "text", "message")
_ANSWER = ("output", "answer", "response", "result", "text", "completion", "content", "generation")
_DEPTH = 4


@dataclass(slots=True)
class Payload:
    """One side of a call.

    Attributes:
        messages: in order.
        tools: definitions of the tools that were offered.
        model: that was asked or that answered.
        tokens_in: as the answer says.
        tokens_out: as the answer says.
        structured: whether it had the shape of messages, and was not merely some text or value.
        rest: what is neither of these: parameters, ids, details of usage.
    """

    messages: list[Message] = field(default_factory=list)
    tools: list[dict[str, Any]] = field(default_factory=list)
    model: str = ""
    tokens_in: int | None = None
    tokens_out: int | None = None
    structured: bool = False
    rest: dict[str, Any] = field(default_factory=dict)


def given(value: Any) -> Payload:
    """What a call was given."""
    return _read(fields.unwrapped(value), "user", _DEPTH)


def answered(value: Any) -> Payload:
    """What a call answered."""
    return _read(fields.unwrapped(value), "assistant", _DEPTH)


def plain_question(value: Any) -> Any:
    """What was asked, as a scenario's input: the text where there is one text only, else the
    value as it is. So that a question is the same scenario whatever wraps it.
    """
    found = given(value)
    asked = [message for message in found.messages if message["role"] == "user"]
    others = [message for message in found.messages if message["role"] in ("assistant", "tool")]
    if found.structured and len(asked) == 1 and not others:
        parts = asked[0]["parts"]
        if len(parts) == 1 and parts[0]["type"] == "text":
            return parts[0]["content"]
    unwrapped = fields.unwrapped(value)
    if isinstance(unwrapped, dict) and not found.structured:
        texts = [unwrapped[name] for name in _QUESTION if isinstance(unwrapped.get(name), str)]
        if len(texts) == 1 and len(fields.rest(unwrapped, ())) == 1:
            return texts[0]
    return unwrapped


def _read(value: Any, role: str, depth: int) -> Payload:
    if value in fields.EMPTY:
        return Payload()
    if isinstance(value, list):
        return _of_list(value, role, depth)
    if isinstance(value, dict):
        return _of_object(value, role, depth)
    return Payload([chat.text_message(role, chat.plain_text(value))])


def _of_list(value: list[Any], role: str, depth: int) -> Payload:
    if len(value) == 1 and isinstance(value[0], list) and depth:
        return _of_list(value[0], role, depth - 1)  # LangChain's batches
    real = [item for item in value if not dialects.is_tool_definition(item)]
    if dialects.is_conversation(real):
        tools = [item["content"] for item in value if dialects.is_tool_definition(item)]
        return Payload(dialects.messages(real), tools, structured=True)
    if value and all(isinstance(item, str) for item in value):
        return Payload([chat.text_message(role, item) for item in value])
    return Payload([chat.text_message(role, chat.plain_text(value))])


def _of_object(value: dict[str, Any], role: str, depth: int) -> Payload:
    for reader in (_response, _completion, _gemini_answer, _generations, _request):
        made = reader(value, depth)
        if made is not None:
            return made
    if dialects.is_message(value) or _is_anthropic_answer(value):
        return _one_message(value, role)
    names = _QUESTION if role == "user" else _ANSWER
    found = [name for name in names if value.get(name) not in fields.EMPTY]
    if len(found) == 1 and depth:
        inner = _read(fields.unwrapped(value[found[0]]), role, depth - 1)
        more = fields.rest(value, found)
        if not more or inner.structured:
            inner.rest = more | inner.rest
            return inner
    return Payload([chat.text_message(role, chat.plain_text(value))])


def _is_anthropic_answer(value: dict[str, Any]) -> bool:
    return value.get("type") == "message" and isinstance(value.get("content"), list)


def _one_message(value: dict[str, Any], role: str) -> Payload:
    usage = fields.mapping(value.get("usage"))
    raw = {"role": role, **value}
    taken = {"usage"}
    if _is_anthropic_answer(value):
        raw["finish_reason"] = value.get("stop_reason")
        taken |= {"stop_reason", "type"}
        if value.get("stop_sequence") is None:
            taken.add("stop_sequence")
    raw = {name: item for name, item in raw.items() if name not in taken}
    made = Payload(dialects.messages([raw]), structured=True)
    made.model = fields.text(value.get("model"))
    _count(made, usage)
    return made


def _count(made: Payload, usage: dict[str, Any]) -> None:
    """Tokens of a usage in any provider's words; its details are kept."""
    for names, attribute in (
        (_IN, "tokens_in"),
        (_OUT, "tokens_out"),
    ):
        found = [n for name in names if (n := fields.count(usage.get(name))) is not None]
        if found:
            setattr(made, attribute, found[0])
    cached = ("cache_creation_input_tokens", "cache_read_input_tokens")
    more = [n for name in cached if (n := fields.count(usage.get(name)))]
    if made.tokens_in is not None and more:
        # Anthropic counts what it read from the cache apart from the input.
        made.tokens_in += sum(more)
    details = {
        name: value
        for name, value in fields.rest(usage, (*_IN, *_OUT, *_SUM)).items()
        if value != 0 and not (isinstance(value, dict) and not any(value.values()))
    }
    told = [n for name in _SUM if (n := fields.count(usage.get(name))) is not None]
    if told and told[0] != (made.tokens_in or 0) + (made.tokens_out or 0):
        details["total_tokens"] = told[0]  # thoughts are counted there only
    if details:
        made.rest["usage"] = details


_IN = ("prompt_tokens", "input_tokens", "prompt_token_count", "promptTokenCount")
_OUT = ("completion_tokens", "output_tokens", "candidates_token_count", "candidatesTokenCount")
_SUM = ("total_tokens", "total_token_count", "totalTokenCount")


def _request(value: dict[str, Any], depth: int) -> Payload | None:
    """A request to a provider, or a graph's state with messages in it."""
    tools = _tools(value)
    taken = ["tools", "model"]
    said: list[Message] = []
    if isinstance(value.get("messages"), list):
        inner = _of_list(value["messages"], "user", depth)
        taken += ["messages"]
        system = value.get("system")
        if system not in fields.EMPTY and (isinstance(system, str | list)):
            said.append(chat.message({"role": "system", "content": system}))
            taken.append("system")
    elif isinstance(value.get("contents"), list | str) or "new_message" in value:
        contents = value.get("contents", value.get("new_message"))
        inner = _read(contents, "user", depth)
        config = fields.mapping(value.get("config") or value.get("generationConfig"))
        said.extend(_instruction(value, config))
        taken += ["contents", "new_message", "config", "system_instruction", "systemInstruction"]
        more = fields.rest(config, ("tools", "system_instruction", "systemInstruction"))
        inner.rest |= {"config": more} if more else {}
        tools = tools or _tools(config)
    elif "instructions" in value and "input" in value:
        inner = _read(value["input"], "user", depth)
        taken += ["input", "instructions"]
        if isinstance(value["instructions"], str):
            said.append(chat.text_message("system", value["instructions"]))
    elif isinstance(value.get("prompts"), list):
        inner = _of_list(value["prompts"], "user", depth)
        taken += ["prompts"]
    elif dialects.is_conversation(value.get("input")) or dialects.is_conversation(
        value.get("prompt")
    ):
        name = "input" if dialects.is_conversation(value.get("input")) else "prompt"
        inner = _of_list(value[name], "user", depth)
        taken += [name]
    else:
        return None
    inner.messages = said + inner.messages
    inner.tools = tools or inner.tools
    inner.model = fields.text(value.get("model"))
    inner.rest |= fields.rest(value, taken)
    inner.structured = True
    return inner


def _tools(value: dict[str, Any]) -> list[dict[str, Any]]:
    """Definitions of tools; Gemini lists several functions in one."""
    made: list[dict[str, Any]] = []
    given_tools = value.get("tools", value.get("functions"))
    for tool in fields.mappings(given_tools):
        several = tool.get("function_declarations", tool.get("functionDeclarations"))
        made.extend(fields.mappings(several) if isinstance(several, list) else [tool])
    return made


def _instruction(*holders: dict[str, Any]) -> list[Message]:
    for holder in holders:
        said = holder.get("system_instruction", holder.get("systemInstruction"))
        if isinstance(said, dict):
            said = "\n".join(
                fields.text(part.get("text")) for part in fields.mappings(said.get("parts"))
            )
        if isinstance(said, str) and said:
            return [chat.text_message("system", said)]
    return []


def _completion(value: dict[str, Any], depth: int) -> Payload | None:
    """A chat completion, or an old one of text alone."""
    choices = value.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return None
    first = choices[0]
    raw = first.get("message")
    made = Payload(structured=True)
    if isinstance(raw, dict):
        made.messages = dialects.messages([{"role": "assistant", **raw}])
    elif first.get("text") is not None:
        made.messages = [chat.text_message("assistant", chat.plain_text(first["text"]))]
    if made.messages and isinstance(first.get("finish_reason"), str):
        made.messages[-1]["finish_reason"] = first["finish_reason"]
    made.model = fields.text(value.get("model"))
    made.rest = fields.rest(value, ("choices", "usage", "model", "object"))
    if more := fields.rest(first, ("message", "text", "finish_reason", "index")):
        made.rest["choice"] = more
    if len(choices) > 1:
        made.rest["choices"] = choices[1:]
    _count(made, fields.mapping(value.get("usage")))
    return made


def _response(value: dict[str, Any], depth: int) -> Payload | None:
    """An answer of OpenAI's Responses interface, with the instructions and tools it repeats."""
    output = value.get("output")
    if value.get("object") != "response" or not isinstance(output, list):
        return None
    made = Payload(dialects.messages(output), _tools(value), structured=True)
    made.model = fields.text(value.get("model"))
    made.rest = fields.rest(
        value, ("output", "usage", "model", "object", "tools", "instructions", "input")
    )
    made.rest = {name: item for name, item in made.rest.items() if item != {"format": None}}
    _count(made, fields.mapping(value.get("usage")))
    for message in made.messages[-1:]:
        if isinstance(value.get("status"), str):
            details = fields.mapping(value.get("incomplete_details"))
            message["finish_reason"] = fields.text(details.get("reason")) or value["status"]
    return made


def instructions(value: Any) -> list[Message]:
    """The system prompt that an answer of the Responses interface repeats."""
    found = fields.unwrapped(value)
    if isinstance(found, dict) and found.get("object") == "response":
        said = found.get("instructions")
        if isinstance(said, str) and said:
            return [chat.text_message("system", said)]
    return []


def _gemini_answer(value: dict[str, Any], depth: int) -> Payload | None:
    candidates = value.get("candidates")
    if isinstance(candidates, list) and candidates and isinstance(candidates[0], dict):
        first, others = candidates[0], candidates[1:]
    elif isinstance(fields.mapping(value.get("content")).get("parts"), list):
        first, others = value, []
    else:
        return None
    content = fields.mapping(first.get("content"))
    made = Payload(dialects.messages([{"role": "model", **content}]), structured=True)
    reason = fields.first_text(first.get("finish_reason"), first.get("finishReason"))
    if reason and made.messages:
        made.messages[-1]["finish_reason"] = reason
    made.model = fields.first_text(
        value.get("model_version"), value.get("modelVersion"), value.get("model")
    )
    taken = ("content", "finish_reason", "finishReason", "usage_metadata", "usageMetadata")
    made.rest = fields.rest(value, ("candidates", *taken))
    if first is not value and (more := fields.rest(first, taken)):
        made.rest["candidate"] = more
    if others:
        made.rest["candidates"] = others
    usage = value.get("usage_metadata", value.get("usageMetadata"))
    _count(made, fields.mapping(usage))
    return made


def _generations(value: dict[str, Any], depth: int) -> Payload | None:
    """What a model of LangChain gives: a list for each prompt, of which one is usual."""
    batches = value.get("generations")
    if not isinstance(batches, list) or not batches:
        return None
    first = batches[0] if isinstance(batches[0], list) else batches
    chosen = fields.mapping(first[0] if first else None)
    made = Payload(structured=True)
    raw = chosen.get("message")
    if isinstance(raw, dict):
        made.messages = dialects.messages([raw])
    elif chosen.get("text") is not None:
        made.messages = [chat.text_message("assistant", chat.plain_text(chosen["text"]))]
    about = fields.mapping(chosen.get("generation_info"))
    reason = about.get("finish_reason")
    if made.messages and isinstance(reason, str):
        made.messages[-1].setdefault("finish_reason", reason)
    whole = fields.mapping(value.get("llm_output"))
    usage = fields.mapping(whole.get("token_usage") or whole.get("usage"))
    made.model = fields.first_text(whole.get("model_name"), whole.get("model"))
    made.rest = fields.rest(value, ("generations", "llm_output", "type"))
    kept = fields.rest(whole, ("token_usage", "usage", "model_name", "model"))
    made.rest |= {"llm_output": kept} if kept else {}
    if more := fields.rest(about, ("finish_reason", "model_name", "logprobs")):
        made.rest["generation_info"] = more
    alternatives = [*first[1:], *(batches[1:] if isinstance(batches[0], list) else [])]
    if alternatives:
        made.rest["generations"] = alternatives
    _count(made, usage)
    return made


@dataclass(slots=True)
class ToolResult:
    """What a tool gave back, and the id of the call that it answers; empty where unknown."""

    value: Any
    call: str = ""


def tool_result(value: Any) -> ToolResult:
    """The result of a tool, also where a framework wrapped it into a message."""
    plain = fields.unwrapped(value)
    if isinstance(plain, dict) and set(plain) == {"output"}:
        plain = fields.unwrapped(plain["output"])
    if isinstance(plain, dict) and dialects.is_message(plain):
        for message in dialects.messages([plain]):
            for part in message["parts"]:
                if part["type"] == "tool_call_response":
                    return ToolResult(part.get("response"), part.get("id", ""))
    return ToolResult(plain)
