"""One conversation out of many model calls, each of which repeats what was said before."""

from bisect import bisect_right
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from evaldesk.domain.trace import Message, Part
from evaldesk.importers import chat
from evaldesk.importers.record_loop import digest
from evaldesk.importers.span_reading import ToolRun


@dataclass(slots=True)
class Conversation:
    """Messages in the order in which they were said, each once.

    Attributes:
        messages: so far.
    """

    messages: list[Message] = field(default_factory=list)
    _places: dict[bytes, list[int]] = field(default_factory=dict)
    _waiting: list["_Ran"] = field(default_factory=list)
    _calls: "_Calls" = field(default_factory=lambda: _Calls())

    def receive(self, received: Sequence[Message]) -> None:
        """What a model was given: what is new of it is added, what is known is not.

        A message is known where the conversation has it as often already. A user's message that is
        known only from before what was given ahead of it is said again, and new.
        """
        used: dict[bytes, int] = {}
        last = -1
        fresh: list[tuple[Message, list[_Ran]]] = []
        for message in received:
            key = _key(message)
            places = self._places.get(key, [])
            number = used.get(key, 0)
            if message["role"] == "user":
                number = max(number, bisect_right(places, last))
            if 0 <= number < len(places):
                used[key] = number + 1
                if message["role"] != "system":
                    last = max(last, places[number])
                self._calls.enrich(self.messages[places[number]], message)
                continue
            used[key] = len(places) + 1
            if message["role"] != "tool":
                fresh.append((message, []))
                continue
            found = self._answers(message)
            if found is not None:
                fresh.append(found)
        # What was new came after all that ran before; tools that nobody quotes come first.
        self.settle()
        for message, joined in fresh:
            for item in joined:
                self._join_call(item.tool)
                if item.part is not None and item.tool.id:
                    item.part.setdefault("id", item.tool.id)
            at = self._add(message)
            for item in joined:
                item.message = at

    def made(self, message: Message) -> int:
        """What a model answered; returns the index of the message."""
        self.settle()
        return self._add(message)

    def ran(self, tool: ToolRun, about: dict[str, Any]) -> "_Ran":
        """A tool that ended. Its answer is put in place when the next model call quotes it, or
        before that call otherwise.

        Args:
            about: times of the message, where one has to be made.
        """
        waiting = _Ran(tool, about)
        self._waiting.append(waiting)
        return waiting

    def knows(self, message: Message) -> bool:
        """Whether it was said at any time."""
        if _key(message) in self._places:
            return True
        answers = [part for part in message["parts"] if part["type"] == "tool_call_response"]
        return bool(answers) and all(
            part["type"] == "tool_call_response" and part.get("id") and self._answered(part)
            for part in message["parts"]
        )

    def same_as(self, message: Message) -> Message | None:
        """The message here that says the same; None where none does."""
        places = self._places.get(_key(message))
        return self.messages[places[-1]] if places else None

    def settle(self) -> None:
        """Adds answers of tools that nobody quoted."""
        waiting, self._waiting = self._waiting, []
        for item in waiting:
            if item.quoted:
                continue
            if item.tool.answered or item.tool.error:
                item.message = self._add(self._answer_of(item))
            else:
                self._join_call(item.tool)

    def _answers(self, message: Message) -> "tuple[Message, list[_Ran]] | None":
        """What is new of the answers of tools that a model was given, and the tools that ran."""
        left: list[Part] = []
        joined: list[_Ran] = []
        about: dict[str, Any] = {}
        for part in message["parts"]:
            if part["type"] == "tool_call_response":
                if part.get("id") and self._answered(part):
                    continue
                ran = self._ran_for(part)
                if ran is not None:
                    ran.quoted, ran.part = True, part
                    joined.append(ran)
                    _complete(part, ran.tool)
                    about = about or ran.about
            left.append(part)
        if not left:
            return None
        made: Message = {**about, **message, "parts": left}  # type: ignore[typeddict-item]
        return made, joined

    def _answered(self, part: Part) -> bool:
        """Whether the conversation has this answer, told by the id of the call."""
        return part.get("id") in self._calls.answered

    def _ran_for(self, part: Part) -> "_Ran | None":
        """The tool that gave an answer: by the call's id, by what it said, by name and order."""
        free = [item for item in self._waiting if not item.quoted]
        ident, name = part.get("id"), part.get("name")
        if ident:
            for item in free:
                if item.tool.id == ident:
                    return item
        said = _said(part.get("response"))
        for item in free:
            if item.tool.answered and _said(item.tool.result) == said and not item.tool.id:
                return item
        call = self._calls.with_id(ident) if ident else None
        name = name or (call.get("name") if call is not None else None)
        for item in free:
            if name and item.tool.name == name and not (ident and item.tool.id):
                return item
        return None

    def _join_call(self, tool: ToolRun) -> Part | None:
        """The call that started a tool: by its id, else the first of its name that has no answer
        and no id; it gets what it lacks.
        """
        found = self._calls.with_id(tool.id) if tool.id else None
        if found is None:
            found = self._calls.first_open(tool.name, without_id=bool(tool.id))
        if found is None:
            return None
        self._calls.take(found)
        if found.get("id"):
            tool.id = tool.id or str(found["id"])
        elif tool.id or tool.span:
            # Nothing names the call: the id of the tool's span joins it to its answer.
            tool.id = found["id"] = tool.id or tool.span
            self._calls.name(found)
        if found.get("arguments") in (None, {}, "") and tool.arguments not in (None, {}, ""):
            found["arguments"] = tool.arguments
        return found

    def _answer_of(self, item: "_Ran") -> Message:
        tool = item.tool
        call = self._join_call(tool)
        part: Part = {"type": "tool_call_response", "response": tool.result}
        if tool.id:
            part["id"] = tool.id
        if tool.name:
            part["name"] = tool.name
        if tool.error:
            part["error"] = tool.error
        message: Message = {"role": "tool", "parts": [part], **item.about}  # type: ignore[typeddict-item]
        if call is None and tool.arguments not in (None, {}, ""):
            message["metadata"] = {"arguments": tool.arguments}
        return message

    def _add(self, message: Message) -> int:
        key = _key(message)
        self.messages.append(message)
        self._places.setdefault(key, []).append(len(self.messages) - 1)
        self._calls.add(message)
        return len(self.messages) - 1


@dataclass(slots=True)
class _Ran:
    """A tool that ended, and the index of the message with its answer once there is one."""

    tool: ToolRun
    about: dict[str, Any]
    message: int | None = None
    quoted: bool = False
    part: Part | None = None


def _complete(part: Part, tool: ToolRun) -> None:
    """What an answer and the tool that gave it know of each other."""
    if tool.name:
        part.setdefault("name", tool.name)
    if tool.id:
        part.setdefault("id", tool.id)
    elif part.get("id"):
        tool.id = str(part["id"])
    if tool.error:
        part.setdefault("error", tool.error)


class _Calls:
    """The calls of tools in a conversation: by id, or the first of a name that has no answer.

    Attributes:
        answered: ids of the calls that have one.
    """

    def __init__(self) -> None:
        self.answered: set[str] = set()
        self._by_id: dict[str, Part] = {}
        self._open: dict[tuple[str, bool], deque[tuple[int, Part]]] = {}
        self._taken: set[int] = set()
        self._count = 0

    def add(self, message: Message) -> None:
        """A message that is new in the conversation."""
        for part in message["parts"]:
            if part["type"] == "tool_call":
                self._count += 1
                named = (part.get("name", ""), bool(part.get("id")))
                self._open.setdefault(named, deque()).append((self._count, part))
                self.name(part)
            elif part["type"] == "tool_call_response" and part.get("id"):
                self.answered.add(part["id"])

    def name(self, call: Part) -> None:
        """A call that has an id, perhaps since now."""
        if call.get("id"):
            self._by_id[call["id"]] = call

    def take(self, call: Part) -> None:
        """A call whose tool was found."""
        self._taken.add(id(call))

    def with_id(self, ident: str) -> Part | None:
        """The latest call with an id."""
        return self._by_id.get(ident)

    def first_open(self, name: str, *, without_id: bool) -> Part | None:
        """The first call of a name that no tool was found for and nobody answered."""
        heads = [self._head(name, False)]
        if not without_id:
            heads.append(self._head(name, True))
        found = [head for head in heads if head is not None]
        return min(found, key=lambda head: head[0])[1] if found else None

    def enrich(self, known: Message, again: Message) -> None:
        """Ids of calls that only the repetition has."""
        calls = [part for part in known["parts"] if part["type"] == "tool_call"]
        repeated = [part for part in again["parts"] if part["type"] == "tool_call"]
        for call, other in zip(calls, repeated, strict=False):
            if other.get("id") and "id" not in call:
                call["id"] = other["id"]
                self.name(call)

    def _head(self, name: str, with_id: bool) -> tuple[int, Part] | None:
        """The first that is still open; those before it never will be again."""
        waiting = self._open.get((name, with_id), deque())
        while waiting:
            number, call = waiting[0]
            ident = call.get("id")
            if id(call) in self._taken or (ident and ident in self.answered):
                waiting.popleft()
            elif ident and not with_id:  # it got its id since
                waiting.popleft()
                self._open.setdefault((name, True), deque()).append((number, call))
            else:
                return number, call
        return None


def _key(message: Message) -> bytes:
    """Equal for what is the same message, however it is repeated: thoughts are often left out,
    white space changed, ids of calls added.
    """
    texts: list[str] = []
    others: list[Any] = []
    for part in message["parts"]:
        kind = part["type"]
        if kind in ("text", "refusal"):
            texts.append(" ".join(str(part.get("content", "")).split()))
        elif kind == "tool_call":
            given = chat.arguments(part.get("arguments"))
            others.append(["call", part.get("name"), None if given == "" else given])
        elif kind == "tool_call_response":
            others.append(["answer", _said(part.get("response"))])
        elif kind != "reasoning":
            others.append([kind, part.get("uri"), part.get("content")])
    return digest([message["role"], " ".join(text for text in texts if text), others])


def _said(response: Any) -> str:
    """What a tool answered, as one text: what a model is given is often the same in a wrapping."""
    value = chat.arguments(response) if isinstance(response, str) else response
    if (
        isinstance(value, dict)
        and len(value) == 1
        and set(value) <= {"result", "output", "content"}
    ):
        value = next(iter(value.values()))
    if isinstance(value, list) and all(isinstance(item, dict) and "text" in item for item in value):
        value = "".join(chat.plain_text(item["text"]) for item in value)
    return " ".join(chat.plain_text(value).split())
