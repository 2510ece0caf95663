"""How bodies lie in the file: canonical JSON, compressed with zstd."""

import json
import sys
from typing import Any

import orjson

from evaldesk.domain.errors import ProjectError
from evaldesk.domain.identifiers import canonical_json

if sys.version_info >= (3, 14):  # pragma: no cover - the pinned versions are older
    from compression.zstd import ZstdError, compress, decompress
else:
    from backports.zstd import ZstdError, compress, decompress

LEVEL = 3


def pack(canonical: bytes) -> bytes:
    """Compress canonical JSON."""
    return compress(canonical, LEVEL)


def unpack(packed: bytes) -> bytes:
    """The canonical JSON.

    Raises:
        ProjectError: the bytes are damaged.
    """
    try:
        return decompress(packed)
    except ZstdError as error:
        raise ProjectError(
            "A trace's text in this project is damaged.",
            "`evaldesk verify` names it; restore a backup.",
        ) from error


def read(packed: bytes) -> Any:
    """The JSON value, exactly: orjson would turn integers beyond 64 bits into floats."""
    return json.loads(unpack(packed))


def encode(value: Any) -> str:
    """A small JSON value as text, for a column."""
    return canonical_json(value).decode("utf-8")


def decode(text: str) -> Any:
    """The value of a column of JSON."""
    return orjson.loads(text)
