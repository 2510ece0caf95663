"""The fonts of what is read, made once for a view, and what their names mean in a theme."""

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QFont, QFontMetricsF, QTextCharFormat

from evaldesk.ui.theme.apply import mono, sans
from evaldesk.ui.theme.measure import payload_px
from evaldesk.ui.theme.tokens import LIGHT, Tokens

if TYPE_CHECKING:
    from evaldesk.ui.widgets.rich_text.pictures import Pictures


class TextStyle:
    """A font with its measures.

    Attributes:
        pitch: from line to line, in pixels.
        letter: mean width of a letter.
    """

    def __init__(self, font: QFont, pitch: float) -> None:
        self.font = font
        self.pitch = pitch
        metrics = QFontMetricsF(font)
        self.ascent = metrics.ascent()
        self.letter = max(1.0, metrics.horizontalAdvance("the quick brown fox, 0123") / 25)
        self.tab = metrics.horizontalAdvance(" ") * 4


CODE_COLOURS = {
    "keyword": "accent",
    "name": "tool",
    "string": "ok",
    "number": "warn",
    "comment": "muted",
    "added": "ok",
    "removed": "bad",
    "key": "accent",
    "hint": "muted",
    "address": "muted",
    "bad": "bad",
}
"""Name of a style → token of its colour."""


class TextStyles:
    """The fonts of the trace view.

    Attributes:
        tokens: the theme; what was laid out in another one is to be laid out again.
        pictures: decodes images beside the window; None where none are shown.
        formats: those made so far, by theme, font and names.
    """

    def __init__(self, tokens: Tokens = LIGHT, pictures: "Pictures | None" = None) -> None:
        self.pictures = pictures
        self.formats: dict[tuple[str, int, tuple[str, ...]], QTextCharFormat] = {}
        self.wear(tokens)

    def wear(self, tokens: Tokens) -> None:
        """Another theme, or type of another size."""
        self.tokens = tokens
        self.formats.clear()
        line = payload_px(20.0)
        self.prose = TextStyle(sans(payload=True), line)
        self.payload = TextStyle(_as_typed(mono(payload=True)), payload_px(18.0))
        slanted = sans(payload=True)
        slanted.setItalic(True)
        self.slanted = TextStyle(slanted, line)
        self.title = TextStyle(sans("title", bold=True, payload=True), payload_px(24.0))
        self.strong = TextStyle(sans(bold=True, payload=True), line)
        self.head = sans("small", bold=True, payload=True)
        self.payload_head = _as_typed(mono("small", payload=True))
        self.small = sans("small", payload=True)

    def format(self, name: str, base: TextStyle) -> QTextCharFormat:
        """How a style of `Shown` looks within text of another one."""
        made = QTextCharFormat()
        tokens = self.tokens
        font = QFont(base.font)
        if name == "strong":
            font.setWeight(QFont.Weight.DemiBold)
        elif name == "em":
            font.setItalic(not font.italic())
        elif name == "strike":
            font.setStrikeOut(True)
        elif name == "code":
            font = QFont(self.payload.font)
            font.setBold(base.font.bold())
            made.setBackground(QColor(tokens.soft))
        elif name == "link":
            font.setUnderline(True)
            made.setForeground(QColor(tokens.accent))
        elif name == "address":
            font = QFont(self.payload_head)
        elif name == "comment":
            font.setItalic(True)
        if name in CODE_COLOURS:
            made.setForeground(QColor(getattr(tokens, CODE_COLOURS[name])))
        made.setFont(font)
        return made


def _as_typed(font: QFont) -> QFont:
    """Without ligatures: two characters that were written must not look like one arrow."""
    for name in ("calt", "liga"):
        font.setFeature(QFont.Tag.fromString(name), 0)
    return font
