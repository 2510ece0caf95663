"""Tokens: type can be read on every ground it stands on, and both themes are whole."""

import re

import pytest
from PySide6.QtGui import QFontInfo

from evaldesk.ui.theme.apply import apply, mono, sans
from evaldesk.ui.theme.stylesheet import CHIPS, SURFACES, stylesheet
from evaldesk.ui.theme.tokens import DARK, LIGHT

GROUNDS = ("bg", "pane", "soft", "accent_soft", "ok_soft", "bad_soft", "warn_soft")
PAIRS = [
    *(("text", ground) for ground in GROUNDS),
    ("text", "mark"),
    *(("muted", ground) for ground in ("bg", "pane", "soft", "accent_soft")),
    *(("accent", ground) for ground in ("bg", "pane", "accent_soft")),
    *((ink, "pane") for ink in ("a", "b", "c", "d", "ok", "bad", "warn")),
    *((ink, "bg") for ink in ("a", "b", "c", "d", "ok", "bad", "warn")),
    ("on_accent", "accent"),
    *((ink, ground) for ground, ink in CHIPS.values()),
]


def luminance(colour):
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_computed_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize(("ink", "ground"), sorted(set(PAIRS)))
def test_type_can_be_read(tokens, ink, ground):
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= 4.5


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
def test_the_stylesheet_is_whole(tokens):
    text = stylesheet(tokens)
    assert text.count("{") == text.count("}")
    allowed = {getattr(tokens, name) for name in tokens.__dataclass_fields__}
    used = set(re.findall(r"(?<!color: )#[0-9a-f]{6}", text))
    mixed = used - allowed
    assert len(mixed) <= 8  # shades mixed from tokens, for scroll bars and what is disabled
    for token in SURFACES.values():
        assert getattr(tokens, token) in text


def test_the_fonts_are_the_programs_own(qapp):
    apply(qapp, LIGHT)
    assert QFontInfo(sans()).family() == "Inter"
    assert QFontInfo(mono()).family() == "JetBrains Mono"
    assert QFontInfo(sans("base", bold=True)).pixelSize() == 13
