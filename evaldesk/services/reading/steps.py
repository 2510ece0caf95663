"""A trace as its steps: what a person reads one after the other.

A tool call and its result are one step, joined by the call's id. The system prompt and the tools
at the beginning are one step of kind ``setup``, which has no number.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import orjson

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Message, Part, Trace
from evaldesk.services.reading.attachments import describe

StepKind = Literal["setup", "user", "assistant", "system", "tool"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        kind: who acts; ``setup`` is system prompt and tools, ``system`` a later instruction.
        number: 1-based; 0 for the setup.
        name: of the tool, or of the speaker where the source names one.
        text: what was said, or the system prompt.
        reasoning: what the model thought; empty where the source has none.
        refusal: what the model refused with.
        attachments: what is not text, in words: ``image/png, 12 kB``.
        files: the parts that they are, in the same order.
        arguments: of a tool call, as JSON data; None where there is none.
        result: of a tool call, as JSON data; None where there is none.
        answered: whether a result came.
        error: what went wrong with the call.
        tools: of the setup: the tools' definitions.
        latency_ms, tokens_in, tokens_out, cost, model, finish_reason: of the message.
        message: index of the message in the trace, of the call for a tool step; -1 for none.
        part: index of the part in that message; -1 where the step is the message as a whole.
    """

    kind: StepKind
    number: int
    name: str = ""
    text: str = ""
    reasoning: str = ""
    refusal: str = ""
    attachments: tuple[str, ...] = ()
    files: tuple[Part, ...] = ()
    arguments: Any = None
    result: Any = None
    answered: bool = False
    error: str = ""
    tools: tuple[Mapping[str, Any], ...] = ()
    latency_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    model: str = ""
    finish_reason: str = ""
    message: int = -1
    part: int = -1

    @property
    def signature(self) -> bytes:
        """Equal for steps that say and do the same, whatever they thought and how long it took."""
        return canonical_json(
            [
                self.kind,
                self.name,
                self.text,
                self.refusal,
                self.attachments,
                self.arguments,
                self.result,
                self.answered,
                self.error,
                list(self.tools),
            ]
        )

    @property
    def words(self) -> int:
        """Words of the text, and of the tools' definitions for the setup."""
        count = len(self.text.split())
        return count + sum(len(pretty(tool).split()) for tool in self.tools)


def pretty(value: Any) -> str:
    """JSON data for reading: indented by two. Text that holds JSON is laid out as well, any other
    text stays as it is.
    """
    if isinstance(value, str):
        inner = _inner_json(value)
        return value if inner is None else pretty(inner)
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, ValueError):  # beyond 64 bits, or a lone surrogate
        return canonical_json(value).decode("ascii")


def length(value: Any) -> int:
    """Characters of JSON data without spaces, roughly."""
    try:
        return len(orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS))
    except (TypeError, ValueError):  # beyond 64 bits, or a lone surrogate
        return len(canonical_json(value))


def one_line(value: Any, limit: int = 300) -> str:
    """The beginning of JSON data or text, on one line."""
    if isinstance(value, str):
        text = value[: limit * 4]
    else:
        try:
            text = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS)[: limit * 4].decode(
                errors="ignore"
            )
        except (TypeError, ValueError):
            text = canonical_json(value)[: limit * 4].decode("ascii")
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def steps_of(trace: Trace) -> list[Step]:
    """The steps of a trace, in order, the setup first where there is one."""
    return _Reader(trace).read()


class _Reader:
    """Walks the messages once.

    A call waits under its id until a result names it. Ids occur twice in real logs, and some logs
    have none: then a result belongs to the oldest call that still waits.
    """

    def __init__(self, trace: Trace) -> None:
        self._messages: list[Message] = trace.body.get("messages") or []
        self._tools = tuple(trace.body.get("tools") or ())
        self._steps: list[Step] = []
        self._calls: list[tuple[int, Part, Message, int, int]] = []
        self._waiting: deque[int] = deque()
        self._ids: dict[int, str] = {}
        self._thoughts: dict[int, str] = {}
        self._results: dict[int, tuple[Part, Message]] = {}

    def read(self) -> list[Step]:
        start, prompt = self._prompt()
        if prompt or self._tools:
            self._steps.append(
                Step("setup", 0, text=prompt, tools=self._tools, message=0 if start else -1)
            )
        for index in range(start, len(self._messages)):
            self._message(index, self._messages[index])
        return self._finish()

    def _prompt(self) -> tuple[int, str]:
        texts: list[str] = []
        index = 0
        for message in self._messages:
            if message.get("role") != "system":
                break
            texts.append(_text(message.get("parts") or [], "text"))
            index += 1
        return index, "\n\n".join(text for text in texts if text)

    def _message(self, index: int, message: Message) -> None:
        parts = message.get("parts") or []
        role = message.get("role", "")
        said = [part for part in parts if part.get("type") not in _TOOL_PARTS]
        thought = all(part.get("type") == "reasoning" for part in said)
        if (said and not thought) or len(said) == len(parts):
            self._steps.append(self._said(index, message, said, role))
            thoughts = ""
        else:
            thoughts = _text(said, "reasoning")  # belongs to the call that it led to
        for position, part in enumerate(parts):
            kind = part.get("type")
            if kind == "tool_call":
                self._waiting.append(len(self._steps))
                self._ids[len(self._steps)] = part.get("id", "")
                self._thoughts[len(self._steps)] = thoughts
                thoughts = ""
                self._calls.append((len(self._steps), part, message, index, position))
                self._steps.append(Step("tool", 0))  # filled in once all results are known
            elif kind == "tool_call_response":
                self._result(part, message, index, position)

    def _said(self, index: int, message: Message, parts: list[Part], role: str) -> Step:
        kind: StepKind = (
            "tool"
            if role == "tool"
            else "user"
            if role == "user"
            else "system"
            if role == "system"
            else "assistant"
        )
        text = _text(parts, "text")
        attached = [part for part in parts if part.get("type") not in _SAID]
        is_tool = kind == "tool"
        return Step(
            kind,
            0,
            name=message.get("name", ""),
            text="" if is_tool else text,
            result=text if is_tool else None,
            answered=is_tool,
            reasoning=_text(parts, "reasoning"),
            refusal=_text(parts, "refusal"),
            attachments=tuple(describe(part) for part in attached),
            files=tuple(attached),
            latency_ms=message.get("latency_ms"),
            tokens_in=message.get("tokens_in"),
            tokens_out=message.get("tokens_out"),
            cost=message.get("cost"),
            model=message.get("model", ""),
            finish_reason=message.get("finish_reason", ""),
            message=index,
        )

    def _result(self, part: Part, message: Message, index: int, position: int) -> None:
        wanted = part.get("id", "")
        found = next((step for step in self._waiting if self._ids[step] == wanted), None)
        if found is None and (not wanted or all(not self._ids[step] for step in self._waiting)):
            found = self._waiting[0] if self._waiting else None
        if found is not None:
            self._waiting.remove(found)
            self._results[found] = (part, message)
            return
        self._steps.append(
            Step(
                "tool",
                0,
                name=part.get("name", "") or message.get("name", ""),
                result=part.get("response"),
                answered=True,
                error=part.get("error", ""),
                latency_ms=message.get("latency_ms"),
                message=index,
                part=position,
            )
        )

    def _finish(self) -> list[Step]:
        for place, call, message, index, position in self._calls:
            result, answer = self._results.get(place, (None, None))
            kinds = [part.get("type") for part in message["parts"]]
            # The message's own figures stand with its first call where it says nothing else.
            first = position == kinds.index("tool_call") and not (
                set(kinds) - {"tool_call", "reasoning"}
            )
            latency = answer.get("latency_ms") if answer is not None else None
            self._steps[place] = Step(
                "tool",
                0,
                name=call.get("name", ""),
                reasoning=self._thoughts[place],
                arguments=call.get("arguments"),
                result=result.get("response") if result is not None else None,
                answered=result is not None,
                error=result.get("error", "") if result is not None else "",
                latency_ms=latency
                if latency is not None or not first
                else message.get("latency_ms"),
                tokens_in=message.get("tokens_in") if first else None,
                tokens_out=message.get("tokens_out") if first else None,
                cost=message.get("cost") if first else None,
                model=message.get("model", ""),
                message=index,
                part=position,
            )
        number = 0
        numbered: list[Step] = []
        for step in self._steps:
            if step.kind != "setup":
                number += 1
                step = _numbered(step, number)
            numbered.append(step)
        return numbered


_SAID = ("text", "reasoning", "refusal")
_TOOL_PARTS = ("tool_call", "tool_call_response")


def _numbered(step: Step, number: int) -> Step:
    # `dataclasses.replace` takes ten times as long, and a trace may have thousands of steps.
    object.__setattr__(step, "number", number)
    return step


def _text(parts: list[Part], kind: str) -> str:
    texts = [part.get("content", "") for part in parts if part.get("type") == kind]
    return "\n\n".join(text for text in texts if text)


def _inner_json(text: str) -> Any:
    stripped = text.strip()
    if not stripped or stripped[0] not in "{[" or stripped[-1] not in "}]":
        return None
    try:
        return orjson.loads(stripped)
    except orjson.JSONDecodeError:
        return None
