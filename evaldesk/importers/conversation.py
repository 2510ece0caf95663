"""The messages of several calls as one conversation: each once, though later calls repeat it."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from evaldesk.domain.trace import Message, Part
from evaldesk.importers import fields
from evaldesk.importers.record_loop import digest


@dataclass(slots=True)
class _OpenCall:
    ident: str
    name: str


class Conversation:
    """Grows call by call, in the order in which they began.

    Attributes:
        messages: so far; a message keeps its index.
    """

    def __init__(self) -> None:
        self.messages: list[Message] = []
        self._places: dict[bytes, list[int]] = {}
        self._open: list[_OpenCall] = []
        self._results: dict[str, int] = {}

    def told(self, given: Iterable[Message]) -> None:
        """What a call was given: what was there before, in that order, is not said again."""
        at = 0
        for message in given:
            key = fingerprint(message)
            places = self._places.get(key, [])
            found = bisect_left(places, at)
            if found < len(places):
                at = places[found] + 1
                continue
            at = self._append(message, key) + 1

    def answered(self, said: Iterable[Message]) -> int | None:
        """What a call answered; the index of its last message, None where it said nothing."""
        index = None
        for message in said:
            index = self._append(message, fingerprint(message))
        return index

    def responded(self, name: str, ident: str, response: Any, error: str = "") -> int | None:
        """What a tool gave back, where the call it answers is here and has no answer yet.

        Args:
            name: of the tool, or of its span, in which the tool's name stands.
            ident: of the call; empty where unknown.

        Returns:
            The index of the message; None where nothing was added.
        """
        call = self._find(name, ident)
        if call is None:
            return None
        part: Part = {"type": "tool_call_response", "name": call.name, "response": response}
        if call.ident:
            part["id"] = call.ident
        if error:
            part["error"] = error
        message: Message = {"role": "tool", "parts": [part]}
        return self._append(message, fingerprint(message))

    def result_of(self, ident: str) -> int | None:
        """The index of the message that answers a call; None where there is none."""
        return self._results.get(ident)

    def holds(self, messages: Iterable[Message]) -> bool:
        """Whether all of these are here."""
        return all(fingerprint(message) in self._places for message in messages)

    def _append(self, message: Message, key: bytes) -> int:
        index = len(self.messages)
        self.messages.append(message)
        self._places.setdefault(key, []).append(index)
        for part in message["parts"]:
            if part["type"] == "tool_call":
                self._open.append(_OpenCall(part.get("id", ""), part.get("name", "")))
            elif part["type"] == "tool_call_response":
                if part.get("id"):
                    self._results[part["id"]] = index
                call = self._find(part.get("name", ""), part.get("id", ""), any_name=True)
                if call is not None:
                    self._open.remove(call)
        return index

    def _find(self, name: str, ident: str, *, any_name: bool = False) -> _OpenCall | None:
        """The call that a response belongs to: by its id, else the first of that name."""
        for call in self._open:
            if ident and call.ident == ident:
                return call
        words = name.replace("(", " ").split()
        for call in self._open:
            if ident and call.ident and any_name:
                continue  # it names another call
            if call.name and (call.name == name or call.name in words):
                return call
            if any_name and not name:
                return call
        return None


def fingerprint(message: Message) -> bytes:
    """Equal for messages that say the same, whoever repeats them: without reasoning, ids, times."""
    said: list[Any] = [message["role"]]
    for part in message["parts"]:
        kind = part["type"]
        if kind == "tool_call":
            said.append([kind, part.get("name"), part.get("arguments")])
        elif kind == "tool_call_response":
            response = part.get("response")
            said.append([kind, fields.unwrapped(response)])
        elif kind == "uri":
            said.append([kind, part.get("uri")])
        elif kind != "reasoning" and part.get("content"):
            said.append([kind, part["content"]])
    return digest(said)
