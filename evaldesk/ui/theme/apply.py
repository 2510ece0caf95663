"""Make the application look as its tokens say."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

from evaldesk.settings import Settings, resource
from evaldesk.ui.theme import measure
from evaldesk.ui.theme.contrast import disabled
from evaldesk.ui.theme.stylesheet import stylesheet
from evaldesk.ui.theme.tokens import DARK, LIGHT, SIZES, Tokens

SANS = "Inter"
MONO = "JetBrains Mono"

_current = LIGHT
_fonts_loaded = False


def current_tokens() -> Tokens:
    """The tokens that were applied last, for painting outside a screen."""
    return _current


def sans(size: str = "base", *, bold: bool = False, payload: bool = False) -> QFont:
    """The interface's font in one of the four sizes of `SIZES`, as large as the person chose.

    Args:
        payload: as large as what is read and judged.
    """
    font = QFont([SANS, "Segoe UI", "Helvetica Neue", "DejaVu Sans", "sans-serif"])
    font.setPixelSize(_pixels(SIZES[size], payload))
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    return font


def mono(size: str = "base", *, payload: bool = False) -> QFont:
    """The font of payloads; a pixel smaller than the sans, whose letters it then matches."""
    font = QFont([MONO, "Consolas", "Menlo", "DejaVu Sans Mono", "monospace"])
    font.setPixelSize(_pixels(SIZES[size] - (1 if size != "small" else 0), payload))
    font.setStyleHint(QFont.StyleHint.Monospace)
    return font


def _pixels(size: int, payload: bool) -> int:
    return max(8, round(measure.payload_px(size)) if payload else measure.px(size))


def load_fonts() -> None:
    """Register the fonts that come with the program; once."""
    global _fonts_loaded
    if _fonts_loaded:
        return
    _fonts_loaded = True
    folder = resource("fonts")
    for path in sorted([*folder.glob("*.otf"), *folder.glob("*.ttf")]):
        QFontDatabase.addApplicationFont(str(path))


def apply(app: QApplication, tokens: Tokens) -> None:
    """Fusion, a palette, the fonts and one stylesheet, all from the tokens."""
    global _current
    _current = tokens
    measure.set_measure(tokens.measure)
    load_fonts()
    sheet = stylesheet(tokens)
    if sheet != app.styleSheet():  # the size of what is read is no matter of the sheet
        # A sheet in the place of another polishes a widget once for each of its ancestors; a
        # sheet in the place of none, once. So the old one is taken away first.
        app.setStyleSheet("")
        if app.style().objectName() != "fusion":
            app.setStyle("Fusion")
        if app.font() != sans():  # every widget is measured again
            app.setFont(sans())
        app.setPalette(palette(tokens))
        app.setStyleSheet(sheet)
    measure.fit_all()


def chosen_tokens(app: QApplication, settings: Settings) -> Tokens:
    """What the person set, else what the system has."""
    dark = settings.theme == "dark"
    if settings.theme == "system":
        dark = app.styleHints().colorScheme() == Qt.ColorScheme.Dark
    return replace(DARK if dark else LIGHT, measure=chosen_measure(settings))


def chosen_measure(settings: Settings) -> measure.Measure:
    """The sizes the person set; the program's where they set none, or what is none."""
    return measure.Measure(
        _size(settings.get("interface_size")),
        _size(settings.get("payload_size")),
        settings.get("density") == "compact",
    )


def _size(kept: Any) -> int:
    return kept if kept in measure.SIZES else measure.BASE


def palette(tokens: Tokens) -> QPalette:
    """For what the stylesheet does not reach, such as painted delegates and menus."""
    made = QPalette()
    role = QPalette.ColorRole
    for name, value in (
        (role.Window, tokens.bg),
        (role.WindowText, tokens.text),
        (role.Base, tokens.pane),
        (role.AlternateBase, tokens.soft),
        (role.Text, tokens.text),
        (role.PlaceholderText, tokens.muted),
        (role.Button, tokens.pane),
        (role.ButtonText, tokens.text),
        (role.BrightText, tokens.bad),
        (role.ToolTipBase, tokens.pane),
        (role.ToolTipText, tokens.text),
        (role.Highlight, tokens.accent),
        (role.HighlightedText, tokens.on_accent),
        (role.Link, tokens.accent),
        (role.LinkVisited, tokens.accent),
        (role.Accent, tokens.accent),
        (role.Mid, tokens.line),
        (role.Midlight, tokens.soft),
        (role.Light, tokens.pane),
        (role.Dark, tokens.line),
        (role.Shadow, tokens.line),
    ):
        made.setColor(name, QColor(value))
    for name in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, name, QColor(disabled(tokens)))
    return made
