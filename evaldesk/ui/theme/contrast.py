"""Contrast as WCAG 2.2 defines it, and colours as faint as it allows."""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from evaldesk.ui.theme.tokens import Tokens

TYPE = 4.5
"""Least contrast of type and its ground."""
SIGN = 3.0
"""Least contrast of what is disabled here, of a ring round the focus and of other signs."""

_SHARES = tuple(share / 20 for share in range(8, 21))
_GROUNDS = ("bg", "pane", "soft", "ok_soft", "bad_soft", "warn_soft", "accent_soft")
_INKS = ("text", "muted", "accent", "a", "b", "c", "d", "ok", "bad", "warn", "tool")


def luminance(colour: str) -> float:
    """Relative luminance of ``#rrggbb``, from 0 to 1."""
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """From 1 (alike) to 21 (black and white)."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def channels(colour: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, from 0 to 255."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mix(front: str, back: str, share: float) -> str:
    """``share`` of the front colour over the back one."""
    mixed = (
        round(a * share + b * (1 - share))
        for a, b in zip(channels(front), channels(back), strict=True)
    )
    return "#" + "".join(f"{value:02x}" for value in mixed)


def faint(ink: str, least: float, *grounds: str) -> str:
    """The ink, as faint as it may be on all these grounds; itself where it is too faint already.

    Args:
        least: contrast that is kept. grounds: the first is what it fades into.
    """
    for share in _SHARES:
        mixed = mix(ink, grounds[0], share)
        if all(contrast(mixed, ground) >= least for ground in grounds):
            return mixed
    return ink


def disabled(tokens: Tokens) -> str:
    """Type of what cannot be used now."""
    return faint(tokens.muted, SIGN, tokens.soft, tokens.pane, tokens.line)


def ring_on_accent(tokens: Tokens) -> str:
    """The ring round a button that is filled with the accent."""
    return tokens.text if contrast(tokens.text, tokens.accent) >= SIGN else tokens.on_accent


@lru_cache(maxsize=8)
def quiet(tokens: Tokens) -> Tokens:
    """For what is the same on both sides of a comparison: everything fainter, and still read."""
    grounds = [getattr(tokens, name) for name in _GROUNDS]
    inks: dict[str, Any] = {
        ink: faint(getattr(tokens, ink), TYPE, tokens.bg, *grounds) for ink in _INKS
    }
    return replace(tokens, **inks)
