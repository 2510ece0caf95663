"""One spelling for words that look the same: case, accents, width, look-alike letters, characters
that nobody sees. With where each character came from, so that a place in the one is a place in the
other.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache

_INVISIBLE = frozenset("\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u2060\u2061\u2062\u2063\ufeff")
_DIRECTION = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SEEN_AS = {
    **dict(zip("аеорсухіјѕԁһԛԝԍ", "aeopcyxijsdhqwg", strict=True)),  # Cyrillic
    **dict(zip("АВЕКМНОРСТХІЈЅ", "ABEKMHOPCTXIJS", strict=True)),
    **dict(zip("οανικρυχ", "oavikpux", strict=True)),  # Greek
    **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    **dict(zip("ıłøđħŧ", "ilodht", strict=True)),  # no accent that could be taken off
    **dict(zip("ŁØĐĦŦ", "LODHT", strict=True)),
    "’": "'",
    "‘": "'",
    "‐": "-",
    "‑": "-",
    "–": "-",
}
_MARKED = re.compile("[" + "".join(_INVISIBLE | _DIRECTION) + "]")


class Mapped:
    """A text made from another, and where each of its characters stood there.

    Attributes:
        text: the new one.
    """

    def __init__(self, text: str, starts: Sequence[int] | None = None, end: int = 0) -> None:
        """Args:
        text: the new one.
        starts: for each character where it began in the old one; None where nothing moved.
        end: length of the old one.
        """
        self.text = text
        self._starts = starts
        self.end = end

    def back(self, start: int, end: int) -> tuple[int, int]:
        """The place in the old text."""
        if self._starts is None:
            return start, end
        # What is invisible between the last character and the next belongs to it.
        stop = self._starts[end] if end < len(self._starts) else self.end
        return self._starts[start], stop

    def over(self, inner: "Mapped") -> "Mapped":
        """A text made from this one, with the way back to what this one was made from."""
        if self._starts is None:
            return inner
        if inner._starts is None:
            return Mapped(inner.text, self._starts, self.end)
        mine = self._starts
        return Mapped(inner.text, [mine[at] for at in inner._starts], self.end)


@lru_cache(maxsize=4096)
def _folded(one: str) -> str:
    if one in _INVISIBLE or one in _DIRECTION:
        return ""
    plain = _SEEN_AS.get(one, one)
    apart = unicodedata.normalize("NFKD", plain)
    bare = "".join(piece for piece in apart if not unicodedata.combining(piece))
    return "".join(_SEEN_AS.get(piece, piece) for piece in bare.casefold())


@lru_cache(maxsize=4096)
def _widened(one: str) -> str:
    if one in _INVISIBLE or one in _DIRECTION:
        return ""
    return unicodedata.normalize("NFKC", one)


def fold(text: str) -> str:
    """The one spelling."""
    return text.lower() if text.isascii() else "".join(map(_folded, text))


def folded(text: str) -> Mapped:
    """The one spelling, and where it came from."""
    if text.isascii():
        return Mapped(text.lower())
    return _mapped(text, _folded, lower=True)


def seen(text: str) -> Mapped | None:
    """The text as a person sees it, with digits and letters of usual width and without what is
    invisible; None where that is what stands there.
    """
    if text.isascii():
        return None
    if unicodedata.is_normalized("NFKC", text) and _MARKED.search(text) is None:
        return None
    return _mapped(text, _widened)


_BEYOND = re.compile(r"[^\x00-\x7f]+")


def _mapped(text: str, change: Callable[[str], str], lower: bool = False) -> Mapped:
    pieces: list[str] = []
    starts: list[int] = []
    at = 0
    for run in _BEYOND.finditer(text):
        plain = text[at : run.start()]
        pieces.append(plain.lower() if lower else plain)
        starts.extend(range(at, run.start()))
        for place, one in enumerate(run.group(), start=run.start()):
            new = change(one)
            pieces.append(new)
            starts.extend([place] * len(new))
        at = run.end()
    pieces.append(text[at:].lower() if lower else text[at:])
    starts.extend(range(at, len(text)))
    return Mapped("".join(pieces), starts, len(text))
