"""What a scenario asks, as text that can be read, compared and searched for."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Any

_SPACE = re.compile(r"\s+")


def input_text(content: Any) -> str:
    """The input of a scenario in reading order: a string itself; messages with their roles; of
    other JSON data every string, one a line.
    """
    if isinstance(content, str):
        return content
    if isinstance(content, list) and content and all(map(_is_message, content)):
        return "\n\n".join(f"{item['role']}: {_message(item)}" for item in content)
    return "\n".join(_strings(content))


def normalised(text: str) -> str:
    """What two texts are compared by where case, spacing and kinds of characters (full width,
    ligatures) do not count: NFKC, case-folded, one space between words.
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()


def _is_message(item: Any) -> bool:
    return isinstance(item, dict) and isinstance(item.get("role"), str)


def _message(item: dict[str, Any]) -> str:
    content = item.get("content", item.get("parts"))
    return content if isinstance(content, str) else " ".join(_strings(content))


def _strings(value: Any) -> Iterator[str]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, str):
            if item.strip():
                yield item
        elif isinstance(item, dict):
            stack.extend(reversed(list(item.values())))
        elif isinstance(item, list):
            stack.extend(reversed(item))
        elif item is not None and not isinstance(item, bool):
            yield str(item)
