"""Metadata in which OpenTelemetry wrote inputs and outputs once more."""

from collections.abc import Iterable
from typing import Any

from evaldesk.importers import fields

_REPEATS = ("input.", "output.", "llm.", "gen_ai.", "gcp.vertex.agent.", "tool.", "traceloop.")


def inputs_and_outputs(observations: Iterable[dict[str, Any]]) -> Iterable[Any]:
    """What went in and came out of each observation."""
    for each in observations:
        yield each.get("input")
        yield each.get("output")


def not_repeated(about: dict[str, Any], said: Iterable[Any]) -> dict[str, Any]:
    """Metadata without the attributes in which OpenTelemetry wrote input and output once more."""
    attributes = about.get("attributes")
    if not isinstance(attributes, dict) or not any(n.startswith(_REPEATS) for n in attributes):
        return fields.rest(about, ())
    known = _Said(said)
    kept = {
        name: value
        for name, value in attributes.items()
        if not (name.startswith(_REPEATS) and value in known)
    }
    return fields.rest({**about, "attributes": kept}, ())


class _Said:
    """The texts and values of inputs and outputs."""

    def __init__(self, values: Iterable[Any]) -> None:
        self._texts: set[str] = set()
        self._whole: list[Any] = []
        for value in values:
            plain = fields.unwrapped(value)
            if plain not in fields.EMPTY:
                self._whole.append(plain)
                self._gather(plain)

    def _gather(self, value: Any) -> None:
        waiting = [value]
        while waiting:
            item = waiting.pop()
            if isinstance(item, dict):
                waiting.extend(item.values())
            elif isinstance(item, list):
                waiting.extend(item)
            elif isinstance(item, str):
                self._texts.add(item)
                inner = fields.unwrapped(item)
                if isinstance(inner, dict | list):
                    waiting.append(inner)

    def __contains__(self, value: Any) -> bool:
        if isinstance(value, str) and value in self._texts:
            return True
        plain = fields.unwrapped(value)
        return isinstance(plain, dict | list) and any(
            plain == whole or _within(plain, whole) for whole in self._whole
        )


def _within(value: Any, whole: Any) -> bool:
    """Whether a value is a member of an object, at the first two levels."""
    if not isinstance(whole, dict):
        return False
    inner = list(whole.values())
    for item in whole.values():
        if isinstance(item, dict):
            inner.extend(item.values())
    return any(value == item for item in inner)
