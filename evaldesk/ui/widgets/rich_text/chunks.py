"""Text cut into blocks of bounded size, so that a line of five megabytes scrolls like any other."""

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

CHUNK = 1500
"""Characters of one block at most; a longer line is cut."""
_LINES = 200
_SEEK = 120
"""How far back from the cut a space is looked for."""
_JOINERS = "\u200d\ufe0e\ufe0f"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A block of a text.

    Attributes:
        text: without a line break at its end.
        start: where it begins in the whole text.
        joined: whether it goes on within the line of the chunk before.
        rtl: whether its lines run from right to left.
        kind: ``plain``, ``markdown``, ``code``, ``table``, ``json``, ``image`` or ``audio``.
        info: the language of code, the head of a table's later rows.
        first, last: whether it begins or ends its code or table.
        data: what its kind needs besides.
    """

    text: str
    start: int
    joined: bool = False
    rtl: bool = False
    kind: str = "plain"
    info: str = ""
    first: bool = True
    last: bool = True
    data: Any = None

    @property
    def end(self) -> int:
        """Where it ends in the whole text."""
        if self.kind == "json":
            return int(self.data[-1].stop)
        return self.start + len(self.text)


def split(text: str) -> list[Chunk]:
    """Cut a text into blocks of whole lines; only a line longer than `CHUNK` is cut within.

    Joining the blocks, with a line break before each that is not ``joined``, gives the text.
    """
    if text.isascii():
        return _split_ascii(text)
    chunks: list[Chunk] = []
    start = 0  # of the block that is being filled
    length = lines = 0
    rtl = False
    at = 0
    while True:
        stop = text.find("\n", at)
        last = stop < 0
        if last:
            stop = len(text)
        size = stop - at
        turned = runs_right_to_left(text, at, stop)
        if lines and (length + size > CHUNK or lines >= _LINES or turned != rtl):
            chunks.append(Chunk(text[start : at - 1], start, rtl=rtl))
            start, length, lines = at, 0, 0
        if size > CHUNK:
            chunks.extend(cut_line(text, at, stop, turned))
            start, length, lines = stop + 1, 0, 0
        else:
            rtl = turned
            length += size + 1
            lines += 1
        if last:
            break
        at = stop + 1
    if lines:
        chunks.append(Chunk(text[start:], start, rtl=rtl))
    return chunks


def chunk_at(chunks: Sequence[Chunk], position: int) -> int:
    """Index of the block that holds a position of the whole text."""
    return max(0, bisect_right(chunks, position, key=lambda chunk: chunk.start) - 1)


def units_before(text: str, position: int) -> int:
    """UTF-16 units before a character: what Qt counts in."""
    if text.isascii():
        return position
    return position + sum(1 for character in text[:position] if character > "\uffff")


def character_at(text: str, units: int) -> int:
    """The character that a position in UTF-16 units falls on."""
    if text.isascii():
        return units
    seen = 0
    for index, character in enumerate(text):
        if seen >= units:
            return index
        seen += 2 if character > "\uffff" else 1
    return len(text)


def _split_ascii(text: str) -> list[Chunk]:
    """The same without a look at every line: payloads have hundreds of thousands."""
    chunks: list[Chunk] = []
    at = 0
    while len(text) - at > CHUNK or text.count("\n", at) >= _LINES:
        stop = text.rfind("\n", at, at + CHUNK + 1)
        if stop < 0:
            stop = text.find("\n", at)
            stop = len(text) if stop < 0 else stop
            chunks.extend(cut_line(text, at, stop, rtl=False))
        else:
            if text.count("\n", at, stop) >= _LINES:
                stop = at - 1
                for _ in range(_LINES):
                    stop = text.find("\n", stop + 1)
            chunks.append(Chunk(text[at:stop], at))
        at = stop + 1
        if at > len(text):
            return chunks
    chunks.append(Chunk(text[at:], at))
    return chunks


def cut_line(text: str, start: int, stop: int, rtl: bool = False) -> list[Chunk]:
    """Cut one long line, at spaces and commas where there are any."""
    pieces = []
    at = start
    while at < stop:
        end = min(at + CHUNK, stop)
        if end < stop:
            space = max(text.rfind(" ", end - _SEEK, end), text.rfind(",", end - _SEEK, end))
            if space > at:
                end = space + 1
            while end > at + 1 and _continues(text, end):
                end -= 1
        pieces.append(Chunk(text[at:end], at, joined=at > start, rtl=rtl))
        at = end
    return pieces


def _continues(text: str, at: int) -> bool:
    """Whether a cut here would tear a letter from its accent or an emoji apart."""
    here = text[at]
    return (
        here in _JOINERS
        or text[at - 1] == "\u200d"
        or (here > "\x7f" and unicodedata.combining(here) != 0)
        or "\U0001f3fb" <= here <= "\U0001f3ff"
    )


def runs_right_to_left(text: str, start: int, stop: int) -> bool:
    """Whether the first letter of a line is of a script that does."""
    for character in text[start : min(stop, start + 200)]:
        if character < "\u0590":
            if character.isalpha():
                return False
            continue
        kind = unicodedata.bidirectional(character)
        if kind in ("R", "AL"):
            return True
        if kind == "L":
            return False
    return False
