"""What of code is a keyword, a string, a comment; no Qt here. Pygments is brought in when first
needed.
"""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_NAMES = (
    "bash c c++ cpp csharp css dart diff docker dockerfile elixir go graphql haskell html http ini "
    "java javascript js json jsonc jsx kotlin kt lua make makefile md markdown perl php powershell "
    "ps1 python python3 py pycon r rb ruby rs rust scala sh shell shell-session console sql swift "
    "toml ts tsx typescript xml yaml yml zsh"
)
_LANGUAGES = frozenset(_NAMES.split())
"""Languages that are coloured. Any other stays plain, as no word tells what would read it."""
_ALIASES = {"jsonc": "json", "jsx": "js", "shell-session": "console", "python3": "python"}
JSON_TOKEN = re.compile(
    r'(?P<key>"(?:[^"\\]|\\.)*")(?=\s*:)|(?P<string>"(?:[^"\\]|\\.)*"?)'
    r"|(?P<number>-?\d[\d.eE+-]*)|(?P<keyword>true|false|null|NaN|-?Infinity)"
)
"""What JSON consists of; a string may lack its end, where the text was cut."""


def colours(code: str, language: str) -> list[tuple[int, int, str]]:
    """Stretches of code and the names of their styles: (start, stop, name)."""
    name = language.casefold()
    if name in ("json", "jsonc"):
        return json_colours(code)
    if name not in _LANGUAGES:
        return []
    lexer = _lexer(_ALIASES.get(name, name))
    if lexer is None:
        return []
    found = []
    for at, kind, value in lexer.get_tokens_unprocessed(code):
        style = _style(kind)
        if style and value.strip():
            found.append((at, at + len(value), style))
    return found


def json_colours(code: str) -> list[tuple[int, int, str]]:
    """The same for JSON, much faster."""
    return [
        (match.start(), match.end(), match.lastgroup or "") for match in JSON_TOKEN.finditer(code)
    ]


@cache
def _lexer(name: str) -> "Lexer | None":
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False)
    except ClassNotFound:
        return None


@cache
def _style(kind: object) -> str:
    from pygments.token import Comment, Generic, Keyword, Name, Number, Operator, String

    if kind in Comment:
        return "comment"
    if kind in Keyword or kind is Operator.Word:
        return "keyword"
    if kind in String:
        return "string"
    if kind in Number:
        return "number"
    if kind is Generic.Inserted:
        return "added"
    if kind is Generic.Deleted:
        return "removed"
    if any(kind in name for name in (Name.Function, Name.Class, Name.Decorator, Name.Tag)):
        return "name"
    return ""
