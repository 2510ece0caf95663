"""How bodies lie in the file: canonical JSON, compressed with zstd."""

import json
import sys
import threading
from typing import Any

import orjson

from evaldesk.domain.errors import DamagedError
from evaldesk.domain.identifiers import canonical_json

if sys.version_info >= (3, 14):  # pragma: no cover - the pinned versions are older
    from compression.zstd import ZstdCompressor, ZstdError, decompress
else:
    from backports.zstd import ZstdCompressor, ZstdError, decompress

LEVEL = 3


_threads = threading.local()


def pack(canonical: bytes) -> bytes:
    """Compress canonical JSON, each time as a frame of its own."""
    # Making a compressor costs more than compressing the two kilobytes of a usual trace.
    compressor = getattr(_threads, "compressor", None)
    if compressor is None:
        compressor = _threads.compressor = ZstdCompressor(LEVEL)
    packed: bytes = compressor.compress(canonical, ZstdCompressor.FLUSH_FRAME)
    return packed


def unpack(packed: bytes) -> bytes:
    """The canonical JSON.

    Raises:
        DamagedError: the bytes are damaged.
    """
    try:
        return decompress(packed)
    except (ZstdError, ValueError, TypeError) as error:
        raise _damaged() from error


def read(packed: bytes) -> Any:
    """The JSON value, exactly: orjson would turn integers beyond 64 bits into floats.

    Raises:
        DamagedError: the bytes are damaged.
    """
    try:
        return json.loads(unpack(packed))
    except ValueError as error:
        raise _damaged() from error


def _damaged() -> DamagedError:
    return DamagedError(
        "A trace's text in this project is damaged.",
        "`evaldesk verify` names it; restore a backup.",
    )


def encode(value: Any) -> str:
    """A small JSON value as text, for a column."""
    return canonical_json(value).decode("utf-8")


def decode(text: str) -> Any:
    """The value of a column of JSON.

    Raises:
        DamagedError: the text is damaged.
    """
    try:
        return orjson.loads(text)
    except ValueError as error:
        raise _damaged() from error
