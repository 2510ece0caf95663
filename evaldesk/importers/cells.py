"""Values of cells: numbers, scores, documents, conversations, as files write them."""

import math
from collections.abc import Mapping
from typing import Any

from evaldesk.domain.trace import Document, Score, Status
from evaldesk.importers.chat import plain_text
from evaldesk.importers.json_stream import loads_strictly

MAX_INTEGER = (1 << 63) - 1
"""What a database can hold."""

_TRUE = frozenset(["true", "yes", "pass", "passed", "correct", "success", "y", "c"])
_FALSE = frozenset(["false", "no", "fail", "failed", "incorrect", "failure", "n", "i"])
_STATUS: dict[str, Status] = {
    **dict.fromkeys(
        ["ok", "success", "succeeded", "completed", "complete", "done", "finished", "stop"], "ok"
    ),
    **dict.fromkeys(["error", "errored", "exception", "crashed", "infrastructure_error"], "error"),
    **dict.fromkeys(
        [
            "incomplete",
            "timeout",
            "timed_out",
            "cancelled",
            "canceled",
            "truncated",
            "limit",
            "max_steps",
        ],
        "incomplete",
    ),
}
_CONTENT = ("content", "text", "page_content", "document", "passage", "body", "chunk", "snippet")
_DOCUMENT_KEYS = frozenset((*_CONTENT, "id", "title", "source", "url", "uri", "score", "metadata"))


def is_missing(value: Any) -> bool:
    """Whether a cell holds nothing."""
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def number(value: Any) -> float | None:
    """A finite number, or None for an empty cell.

    Raises:
        ValueError: it holds something else.
    """
    if type(value) is float:
        return value if value - value == 0 else None
    if is_missing(value):
        return None
    made = float(value) if not isinstance(value, str) else float(value.strip())
    if not math.isfinite(made):
        return None
    return made


def whole_number(value: Any) -> int | None:
    """A whole number, or None for an empty cell.

    Raises:
        ValueError: it holds something else.
    """
    if type(value) is int:
        if abs(value) > MAX_INTEGER:
            raise ValueError("too large")
        return value
    made = number(value)
    if made is None:
        return None
    if made != int(made) or abs(made) > MAX_INTEGER:
        raise ValueError("not a whole number")
    return int(made)


def count(value: Any) -> int | None:
    """A whole number of 0 or more that can be stored; None for anything else."""
    return value if type(value) is int and 0 <= value <= MAX_INTEGER else None


def score(value: Any) -> Score | None:
    """A score from a number, a truth value, a word, or an object with a ``value`` or ``score``.

    Words such as ``pass`` count 1 or 0 and stay as the label; other words are only a label.
    """
    if type(value) is float and value - value == 0:
        return Score(value)
    if isinstance(value, Mapping):
        inner = next((value[key] for key in ("value", "score") if key in value), None)
        made = score(inner) or Score(None)
        label = value.get("label")
        return Score(
            made.value,
            plain_text(label) if label is not None else made.label,
            _optional(value.get("explanation", value.get("reason", value.get("rationale")))),
            _optional(value.get("answer")),
        )
    if is_missing(value):
        return None
    if isinstance(value, bool):
        return Score(1.0 if value else 0.0)
    if isinstance(value, int | float):
        return Score(float(value)) if math.isfinite(value) else Score(None, str(value))
    if isinstance(value, str):
        text = value.strip()
        try:
            made_number = float(text)
        except ValueError:
            word = text.lower()
            known = 1.0 if word in _TRUE else 0.0 if word in _FALSE else None
            return Score(known, text)
        return Score(made_number) if math.isfinite(made_number) else Score(None, text)
    return Score(None, plain_text(value))


def status(value: Any) -> Status | None:
    """What a status cell says; None where it says nothing that is known."""
    return _STATUS.get(plain_text(value).strip().lower().replace(" ", "_").replace("-", "_"))


def parsed(value: Any) -> Any:
    """A cell of a table that holds a JSON list or object as text, parsed; else as it is."""
    if isinstance(value, str):
        text = value.strip()
        if text[:1] + text[-1:] in ("[]", "{}"):
            try:
                return loads_strictly(text)
            except (ValueError, RecursionError):
                return value
    return value


def text_of(value: Any) -> str:
    """A value as text; a list of one string, as samplers write it, is that string."""
    if type(value) is str:
        return value
    while isinstance(value, list) and len(value) == 1:
        value = value[0]
    return plain_text(value)


def documents(value: Any) -> list[Document]:
    """Retrieved documents from a string, a list of strings or a list of objects."""
    value = parsed(value)
    if is_missing(value):
        return []
    items = value if isinstance(value, list) else [value]
    return [_document(item) for item in items if not is_missing(item)]


def _document(item: Any) -> Document:
    if not isinstance(item, dict):
        return {"content": plain_text(item)}
    key = next((key for key in _CONTENT if isinstance(item.get(key), str)), None)
    if key is None:
        return {"content": plain_text(item)}
    made: Document = {"content": item[key]}
    if item.get("id") is not None:
        made["id"] = plain_text(item["id"])
    if item.get("title") is not None:
        made["title"] = plain_text(item["title"])
    where = item.get("source", item.get("url", item.get("uri")))
    if where is not None:
        made["source"] = plain_text(where)
    value = item.get("score")
    if isinstance(value, int | float) and math.isfinite(value):
        made["score"] = float(value)
    rest = {name: left for name, left in item.items() if name not in _DOCUMENT_KEYS}
    if isinstance(item.get("metadata"), dict):
        rest = item["metadata"] | rest
    if rest:
        made["metadata"] = rest
    return made


def _optional(value: Any) -> str | None:
    return None if value is None else plain_text(value)
