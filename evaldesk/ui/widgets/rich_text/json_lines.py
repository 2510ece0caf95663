"""What a line of JSON says: coloured, folded, or with a long string open; no Qt here."""

import json
import re
from typing import NamedTuple

from evaldesk.ui.widgets.rich_text.json_folds import LONG, JsonFolds, JsonLine
from evaldesk.ui.widgets.rich_text.shown import Shown
from evaldesk.ui.widgets.rich_text.syntax import JSON_TOKEN

_GLIMPSE = 60
_ESCAPE = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)


class Hints(NamedTuple):
    """How sizes are said; each has ``{count}`` but those for one."""

    key: str = "1 key"
    keys: str = "{count} keys"
    item: str = "1 item"
    items: str = "{count} items"
    characters: str = "{count} characters"

    def counted(self, count: int, *, mapping: bool) -> str:
        """How many entries a list or mapping has."""
        if count == 1:
            return self.key if mapping else self.item
        return (self.keys if mapping else self.items).format(count=f"{count:,}")


def shown_line(folds: JsonFolds, item: JsonLine, hints: Hints) -> Shown:
    """What a line says, with ``hints`` in the person's language."""
    text = folds.text
    made = Shown()
    start = item.start
    if item.begins:
        start += min(item.depth * 2, item.stop - item.start)
    string = folds.long_string(item.line)
    if folds.close_of(item.line) is not None and not folds.is_open(item.line):
        _coloured(made, text, start, item.stop)
        mapping = text[item.stop - 1] == "{"
        count = folds.children(item.line)
        made.add(_glimpse(folds, item), style="hint")
        made.add("}" if mapping else "]")
        made.add(f"  {hints.counted(count, mapping=mapping)}", style="hint")
    elif string is None:
        _coloured(made, text, start, item.stop)
    elif folds.is_open(item.line):
        first = max(start, string[0])
        if item.begins:
            _coloured(made, text, start, first - 1)
            made.add(text[first - 1], first - 1, style="string")
        _unescaped(made, text, first, min(item.stop, string[1]))
        if item.stop > string[1]:
            made.add(text[string[1] : item.stop], string[1])
    else:
        length = string[1] - string[0]
        if length > LONG + 40:
            cut = string[0] + LONG
            while text[cut - 1] == "\\":
                cut -= 1
            _coloured(made, text, start, cut)
            made.add("…", style="string")
            made.add(f"  {hints.characters.format(count=f'{length:,}')}", style="hint")
        else:
            _coloured(made, text, start, item.stop)
    return made.done()


def _glimpse(folds: JsonFolds, item: JsonLine) -> str:
    """The beginning of what a closed list or mapping holds."""
    close = folds.span(folds.close_of(item.line) or item.line)[0]
    text = " ".join(folds.text[item.stop : min(close, item.stop + 4 * _GLIMPSE)].split())
    if len(text) <= _GLIMPSE and close <= item.stop + 4 * _GLIMPSE:
        return text
    return text[:_GLIMPSE].rstrip(" ,") + "…"


def _coloured(made: Shown, text: str, start: int, stop: int) -> None:
    at = start
    for match in JSON_TOKEN.finditer(text, start, stop):
        if match.start() > at:
            made.add(text[at : match.start()], at)
        made.add(match[0], match.start(), style=match.lastgroup or "")
        at = match.end()
    if at < stop:
        made.add(text[at:stop], at)


def _unescaped(made: Shown, text: str, start: int, stop: int) -> None:
    """A string as it reads, with real line breaks; each escape keeps its place."""
    at = start
    for match in _ESCAPE.finditer(text, start, stop):
        if match.start() > at:
            made.add(text[at : match.start()], at)
        try:
            said = json.loads(f'"{match[0]}"')
            said.encode()
        except ValueError:
            said = match[0]
        made.add(said, match.start(), len(match[0]))
        at = match.end()
    if at < stop:
        made.add(text[at:stop], at)
