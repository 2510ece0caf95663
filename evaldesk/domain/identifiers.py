"""Ids: from the content for what is imported, UUIDv7 for what people make."""

import hashlib
import json
import math
import os
import re
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson

_OPTIONS = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS


def canonical_json(value: Any) -> bytes:
    """One spelling for equal content: sorted keys, no spaces, UTF-8.

    Args:
        value: what ``json`` can write. NaN and infinities become null, integers beyond 64 bits
            and lone surrogates are kept.
    """
    try:
        return orjson.dumps(value, option=_OPTIONS)
    except (TypeError, ValueError):
        # orjson refuses big integers and lone surrogates; both occur in real logs.
        text = json.dumps(
            _without_nan(value), sort_keys=True, separators=(",", ":"), ensure_ascii=True
        )
        return text.encode("ascii")


def content_id(value: Any) -> str:
    """SHA-256 of the canonical form, as 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(value)).hexdigest()


def new_id() -> str:
    """A UUIDv7: sorts by the time it was made. In the spelling of ``uuid.UUID``."""
    milliseconds = time.time_ns() // 1_000_000
    random_bits = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & ((1 << 48) - 1)) << 80
    value |= 0x7 << 76
    value |= ((random_bits >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random_bits & ((1 << 62) - 1)
    return str(UUID(int=value))


def now() -> str:
    """The present moment in UTC as ISO 8601 with milliseconds and a Z."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z")


def moment(text: Any) -> datetime | None:
    """A time as `now` writes it; None for everything else, such as the 31st of February. In this
    form alone do texts sort as times do.
    """
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _without_nan(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {str(key): _without_nan(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(item) for item in value]
    return value
