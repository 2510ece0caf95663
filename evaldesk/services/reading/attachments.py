"""Images, sounds and files within a trace: what they are and what can be said of them.

Only what lies in the trace itself is ever read. The bytes decide what something is, not the type
that the source names: a picture is handed to no reader that was not asked for by its first bytes.
"""

import base64
import binascii
import io
import wave
from array import array
from dataclasses import dataclass
from typing import Any, Literal

from evaldesk.domain.trace import Part

FileKind = Literal["image", "audio", "file"]

MOST_BYTES = 64_000_000
"""Larger ones are saved without being looked at."""
_PEEK = 64_000
_WAVE_BYTES = 32_000_000

_IMAGES = ("png", "jpeg", "gif", "bmp", "webp")
_SUFFIXES = {
    "png": ".png",
    "jpeg": ".jpg",
    "gif": ".gif",
    "bmp": ".bmp",
    "webp": ".webp",
    "wav": ".wav",
    "mp3": ".mp3",
    "ogg": ".ogg",
    "flac": ".flac",
    "m4a": ".m4a",
    "pdf": ".pdf",
}


@dataclass(frozen=True, slots=True)
class Wave:
    """A sound in WAV.

    Attributes:
        seconds: how long. rate: samples a second. channels: 1 mono, 2 stereo. bits: of a sample.
        peaks: the loudest of each of some hundred moments, 0 to 1; empty where it cannot be read.
    """

    seconds: float
    rate: int
    channels: int
    bits: int
    peaks: tuple[float, ...] = ()


def content_of(part: Part) -> str:
    """The base64 of a part, also of one whose address holds the data; empty for none."""
    content = part.get("content") or ""
    if content or part.get("type") != "uri":
        return content
    uri = part.get("uri") or ""
    head, comma, data = uri.partition(",")
    return data if comma and head.startswith("data:") and head.endswith(";base64") else ""


def size_of(part: Part) -> int:
    """Bytes of what a part holds, without decoding it."""
    content = content_of(part)
    padding = len(content) - len(content.rstrip("=")) if content[-2:] else 0
    return max(0, len(content) * 3 // 4 - padding)


def decode(part: Part, limit: int = MOST_BYTES) -> bytes | None:
    """The bytes of a part; None where there are none, too many, or it is no base64."""
    content = content_of(part)
    if not content or len(content) * 3 // 4 > limit:
        return None
    return _decoded(content)


def peek(part: Part) -> bytes:
    """The first bytes of a part; empty where it is no base64."""
    return _decoded(content_of(part)[: _PEEK // 3 * 4]) or b""


def _decoded(content: str) -> bytes | None:
    try:
        if "\n" in content or "-" in content or "_" in content:
            content = "".join(content.split()).replace("-", "+").replace("_", "/")
        return base64.b64decode(content + "=" * (-len(content) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def format_of(data: bytes) -> str:
    """What the first bytes say it is: ``png``, ``wav`` …; empty where they say nothing."""
    head = data[:16]
    for name, magic in (
        ("png", b"\x89PNG\r\n\x1a\n"),
        ("jpeg", b"\xff\xd8\xff"),
        ("gif", b"GIF8"),
        ("bmp", b"BM"),
        ("ogg", b"OggS"),
        ("flac", b"fLaC"),
        ("mp3", b"ID3"),
        ("pdf", b"%PDF-"),
    ):
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF":
        return {b"WEBP": "webp", b"WAVE": "wav"}.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return "m4a"
    if len(head) > 1 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        return "mp3"
    return ""


def kind_of_part(part: Part) -> FileKind | None:
    """How a part can be shown; None where it holds no data."""
    if not content_of(part):
        return None
    found = format_of(peek(part))
    if found in _IMAGES:
        return "image"
    if found in ("wav", "mp3", "ogg", "flac", "m4a") or (part.get("mime_type") or "").startswith(
        "audio/"
    ):
        return "audio"
    return "file"


def file_name(part: Part, number: int = 1) -> str:
    """A name to save a part under."""
    found = format_of(peek(part))
    kind = kind_of_part(part) or "file"
    return f"{kind}-{number}{_SUFFIXES.get(found, '.bin')}"


def describe(part: Part) -> str:
    """What a part is, in words: ``image/png, 12 kB``, or its address."""
    if part.get("type") == "uri" and not content_of(part):
        return part.get("uri", "")
    kind = part.get("mime_type") or part.get("modality") or part.get("type", "")
    size = size_of(part)
    if size < 1000:
        return f"{kind}, {size} B"
    return f"{kind}, {size / 1000:,.0f} kB"


def wave_of(data: bytes, moments: int = 240) -> Wave | None:
    """What a WAV file sounds like; None where it is none, or of a kind that is not known."""
    try:
        with wave.open(io.BytesIO(data)) as sound:
            rate, channels, width = sound.getframerate(), sound.getnchannels(), sound.getsampwidth()
            frames = sound.getnframes()
            if not rate or not channels or not width:
                return None
            stored = max(0, (len(data) - 44) // (width * channels))
            frames = min(frames, stored)
            raw = sound.readframes(frames) if len(data) <= _WAVE_BYTES else b""
    except (wave.Error, EOFError, ValueError, OverflowError, MemoryError):
        return None
    peaks = _peaks(raw, width, channels, moments) if raw else ()
    return Wave(frames / rate, rate, channels, width * 8, peaks)


def _peaks(raw: bytes, width: int, channels: int, moments: int) -> tuple[float, ...]:
    frame = width * channels
    count = len(raw) // frame
    samples: Any
    if width == 2:
        samples = array("h")
        samples.frombytes(raw[: count * frame])
        top = 32768.0
    elif width == 1:
        samples = array("b", bytes(value ^ 0x80 for value in raw[: count * frame]))
        top = 128.0
    else:
        # The two highest bytes of each sample say all that a picture needs.
        high = bytearray(count * channels * 2)
        high[0::2] = raw[width - 2 : count * frame : width]
        high[1::2] = raw[width - 1 : count * frame : width]
        samples = array("h")
        samples.frombytes(bytes(high))
        top = 32768.0
    step = max(1, len(samples) // moments)
    skip = max(1, step // 64)
    return tuple(
        max(map(abs, samples[at : at + step : skip]), default=0) / top
        for at in range(0, len(samples), step)
    )
