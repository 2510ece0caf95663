"""Text as a cell can hold it.

Excel stores text as XML, so control characters cannot be kept; it reads ``_x000D_`` in a cell as
the character of that number; and it holds 32,767 UTF-16 units a cell. What does not fit is shown
as such, never dropped in silence.
"""

import re

CELL_LIMIT = 32_767

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_NOT_XML = re.compile("[\ud800-\udfff\ufffe\uffff]")
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")


def visible(text: str) -> str:
    """The text with control characters as their pictures (NUL becomes ␀), line ends as a line
    feed, and what no XML document may hold as U+FFFD. Tab and line feed stay.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _CONTROL.sub(_picture, text)
    return _NOT_XML.sub("\ufffd", text)


def stored(text: str) -> str:
    """The spelling inside the file: an underscore that would begin an escape is escaped."""
    return _ESCAPE.sub("_x005F_", text) if "_x" in text else text


def fitted(text: str, limit: int = CELL_LIMIT) -> str:
    """The text, or its beginning with a mark that says how long it was.

    Args:
        text: what `visible` gave.
        limit: UTF-16 units, as stored.
    """
    if len(text) * 8 <= limit or _units(text) <= limit:
        return text
    mark = cut_mark(len(text))
    room = limit - len(mark)
    # Every character takes at least one unit, so the cut lies at or before `room`.
    low, high = 0, min(len(text), room)
    while low < high:
        middle = (low + high + 1) // 2
        if _units(text[:middle]) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low] + mark


def shortened(text: str, characters: int) -> str:
    """At most this many characters of the text, and the mark where it was longer."""
    if len(text) <= characters:
        return text
    return text[:characters] + cut_mark(len(text))


def cut_mark(length: int) -> str:
    """What stands at the end of a text that was cut."""
    return f"… [cut, {length:,} characters]"


def _picture(match: re.Match[str]) -> str:
    code = ord(match.group())
    return "\u2421" if code == 0x7F else chr(0x2400 + code)


def _units(text: str) -> int:
    return len(stored(text).encode("utf-16-le", "surrogatepass")) // 2
