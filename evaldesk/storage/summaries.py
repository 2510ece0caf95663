"""The one line that a list shows of a trace or a scenario."""

from collections.abc import Iterable
from typing import Any

from evaldesk.domain.trace import TraceBody

PREVIEW = 160
_TITLE = 120


def preview(body: TraceBody) -> str:
    """The beginning of the answer; empty where there is none."""
    output = body.get("output")
    if output:
        return _line(output, PREVIEW)
    for message in reversed(body.get("messages", ())):
        if message.get("role") == "assistant":
            text = _first_text(message.get("parts", ()))
            if text:
                return _line(text, PREVIEW)
    return ""


def title(content: Any) -> str:
    """What a scenario without a title is called after its input; empty where that has no words."""
    if isinstance(content, str):
        return _line(content, _TITLE)
    if isinstance(content, list):
        for item in reversed(content):
            if isinstance(item, dict):
                text = item.get("content") or _first_text(item.get("parts") or ())
                if isinstance(text, str) and text:
                    return _line(text, _TITLE)
    if isinstance(content, dict):
        texts = [item for item in _texts_of(content) if item.strip()]
        if texts:
            return _line(max(texts, key=len), _TITLE)
    return ""


def _texts_of(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts_of(item)


def _first_text(parts: Iterable[Any]) -> str:
    for part in parts:
        if part.get("type") == "text" and part.get("content"):
            return str(part["content"])
    return ""


def _line(text: str, width: int) -> str:
    # Cut before splitting: an answer may be megabytes long.
    line = " ".join(text[: width * 4].split())
    return line if len(line) <= width else line[: width - 1] + "…"
