"""Text inside text, one layer deep: escapes of JSON, percent signs of addresses, base64."""

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from evaldesk.privacy.folding import Mapped, seen

_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{4}|[\"\\/bfnrt])")
_ESCAPED = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_PERCENT = re.compile(r"(?:%[0-9a-fA-F]{2})+")
_BASE64 = re.compile(r"(?<![\w+/=-])[A-Za-z0-9+/_-]{12,}={0,2}(?![\w+/=-])")
_LONGEST_TOKEN = 1 << 20


def views(text: str) -> Iterator[Mapped]:
    """The other readings of a text, each with the way back: as it is seen, without the escapes of
    JSON, without those of addresses.
    """
    plain = seen(text)
    if plain is not None:
        yield plain
    if "\\" in text and _ESCAPE.search(text):
        yield _without(text, _ESCAPE, _unescaped)
    if "%" in text and _PERCENT.search(text):
        yield _without(text, _PERCENT, _unquoted)


def base64_tokens(text: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and content of what is text in base64, where it is."""
    for found in _BASE64.finditer(text):
        token = found.group()
        if len(token) > _LONGEST_TOKEN or token.isdigit():
            continue
        if token.isalpha() and len(token) < 40:
            continue  # a long word
        content = _decoded(token)
        if content is not None:
            yield *found.span(), content


def _decoded(token: str) -> str | None:
    bare = token.rstrip("=").translate(str.maketrans("-_", "+/"))
    if len(bare) % 4 == 1:
        return None
    try:
        raw = base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
        content = raw.decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    # Words that happen to be base64 give rubbish.
    bare = content.translate({9: None, 10: None, 13: None})
    return content if bare.isprintable() else None


def _without(
    text: str,
    pattern: re.Pattern[str],
    change: Callable[[re.Match[str]], list[tuple[str, int]]],
) -> Mapped:
    pieces: list[str] = []
    starts: list[int] = []
    at = 0
    for found in pattern.finditer(text):
        pieces.append(text[at : found.start()])
        starts.extend(range(at, found.start()))
        for new, place in change(found):
            pieces.append(new)
            starts.extend([place] * len(new))
        at = found.end()
    pieces.append(text[at:])
    starts.extend(range(at, len(text)))
    return Mapped("".join(pieces), starts, len(text))


def _unescaped(found: re.Match[str]) -> list[tuple[str, int]]:
    letter = found.group()[1]
    new = chr(int(found.group()[2:], 16)) if letter == "u" else _ESCAPED.get(letter, letter)
    return [(new, found.start())]


def _unquoted(found: re.Match[str]) -> list[tuple[str, int]]:
    raw = bytes.fromhex(found.group().replace("%", ""))
    pieces: list[tuple[str, int]] = []
    at = 0
    for one in raw.decode("utf-8", errors="replace"):
        pieces.append((one, found.start() + 3 * at))
        at += len(one.encode("utf-8")) if one != "\ufffd" else 1
    return pieces
