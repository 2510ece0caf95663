"""Tokens: type can be read on every ground it stands on, and both themes are whole."""

import math
import re

import pytest
from PySide6.QtGui import QFontInfo

from evaldesk.ui.theme.apply import apply, mono, sans
from evaldesk.ui.theme.contrast import (
    SIGN,
    TYPE,
    channels,
    contrast,
    disabled,
    quiet,
    ring_on_accent,
)
from evaldesk.ui.theme.stylesheet import CHIPS, SURFACES, stylesheet
from evaldesk.ui.theme.tokens import DARK, LIGHT
from evaldesk.ui.widgets.rich_text.fonts import CODE_COLOURS
from evaldesk.ui.widgets.trace_view.highlight_paint import tint_ground

BOTH = pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=lambda tokens: tokens.name)
GROUNDS = ("bg", "pane", "soft", "accent_soft", "ok_soft", "bad_soft", "warn_soft")
SIDES = ("a", "b", "c", "d")
CODE = sorted(set(CODE_COLOURS.values()))
PAIRS = [
    *(("text", ground) for ground in GROUNDS),
    ("text", "mark"),  # hits, and words that the other side has not
    ("text", "line"),  # a button that is pressed
    *(("muted", ground) for ground in GROUNDS),
    *(("accent", ground) for ground in ("bg", "pane", "soft", "accent_soft")),
    *((ink, ground) for ink in (*SIDES, "ok", "bad", "warn") for ground in ("bg", "pane")),
    # Payloads: on their card, in a block of code, as a quote, and where the keys act.
    *((ink, ground) for ink in CODE for ground in ("pane", "soft", "ok_soft", "accent_soft")),
    *((ink, "accent_soft") for ink in ("ok", "bad", "warn")),  # in a chosen row
    ("on_accent", "accent"),
    *((ink, ground) for ground, ink in CHIPS.values()),
]


def test_contrast_is_computed_as_wcag_does():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@BOTH
@pytest.mark.parametrize(("ink", "ground"), sorted(set(PAIRS)))
def test_type_can_be_read(tokens, ink, ground):
    assert contrast(getattr(tokens, ink), getattr(tokens, ground)) >= TYPE


@BOTH
@pytest.mark.parametrize("ink", sorted({"text", "muted", "accent", "tool", *SIDES, *CODE}))
def test_what_is_alike_on_both_sides_is_quieter_and_still_read(tokens, ink):
    held = quiet(tokens)
    for ground in ("bg", "pane", "soft"):
        assert contrast(getattr(held, ink), getattr(tokens, ground)) >= TYPE
    assert contrast(held.text, tokens.pane) < contrast(tokens.text, tokens.pane)


@BOTH
@pytest.mark.parametrize("tone", ["bad", "warn", "ok", "accent", "tool"])
@pytest.mark.parametrize("current", [False, True], ids=["labelled", "in hand"])
def test_labelled_words_can_be_read(tokens, tone, current):
    assert contrast(tokens.text, tint_ground(tokens, tone, current=current)) >= TYPE


@BOTH
def test_what_is_disabled_is_faint_and_not_gone(tokens):
    for ground in ("soft", "pane", "line"):
        assert contrast(disabled(tokens), getattr(tokens, ground)) >= SIGN
    assert contrast(disabled(tokens), tokens.pane) < contrast(tokens.muted, tokens.pane)


@BOTH
@pytest.mark.parametrize("ground", ["bg", "pane", "soft", "line", "accent_soft"])
def test_the_ring_round_the_focus_stands_out(tokens, ground):
    assert contrast(tokens.accent, getattr(tokens, ground)) >= SIGN
    assert contrast(ring_on_accent(tokens), tokens.accent) >= SIGN


# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
BLIND = {
    "protan": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deutan": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritan": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
APART = [("a", "b"), ("a", "d"), ("b", "c"), ("ok", "bad"), ("ok", "warn"), ("accent", "bad")]
LEAST = 12
"""CIE76; about five times what a trained eye just tells apart."""


def lab(colour, matrix):
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (value / 255 for value in channels(colour))
    ]
    seen = [
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in matrix
    ]
    to_xyz = (
        (0.4124, 0.3576, 0.1805, 0.95047),
        (0.2126, 0.7152, 0.0722, 1.0),
        (0.0193, 0.1192, 0.9505, 1.08883),
    )
    f = []
    for *row, white in to_xyz:
        t = sum(m * c for m, c in zip(row, seen, strict=True)) / white
        f.append(t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116)
    return 116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])


@BOTH
@pytest.mark.parametrize("kind", sorted(BLIND))
@pytest.mark.parametrize(("one", "other"), APART)
def test_colour_blind_eyes_tell_colours_apart(tokens, kind, one, other):
    pair = [lab(getattr(tokens, name), BLIND[kind]) for name in (one, other)]
    assert math.dist(*pair) >= LEAST


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
