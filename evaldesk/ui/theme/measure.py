"""Sizes that grow with the type and tighten with the density.

Figures in the code are pixels at a type of 13 px and comfortable density.
"""

import weakref
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

BASE = 13
SIZES = (11, 12, 13, 14, 15, 16, 18, 20, 22)
"""Type sizes that can be chosen, in pixels."""
COMPACT = 0.84
"""Height of a row beside one of comfortable density."""

W = TypeVar("W", bound=QWidget)


@dataclass(frozen=True, slots=True)
class Measure:
    """What a person chose.

    Attributes:
        interface: type of the interface in pixels.
        payload: type of what is read and judged, in pixels.
        compact: whether rows stand closer.
    """

    interface: int = BASE
    payload: int = BASE
    compact: bool = False


USUAL = Measure()
"""What holds where nothing was chosen."""

_current = USUAL
_fitted: list[tuple[weakref.ref[QWidget], Callable[[Any], object]]] = []
_prune_at = 256


def current() -> Measure:
    """What holds now."""
    return _current


def set_measure(measure: Measure) -> None:
    """Let other sizes hold; `fit_all` brings the widgets to them once the type is changed."""
    global _current
    _current = measure


def fit_all() -> None:
    """Size everything again that was given to `sized`."""
    _prune()
    for reference, resize in tuple(_fitted):
        widget = reference()
        if widget is not None and isValid(widget):
            resize(widget)


def px(pixels: float) -> int:
    """A length beside type of the interface."""
    return round(pixels * _current.interface / BASE)


def row_px(pixels: float) -> int:
    """The height of a row of a list or table."""
    return max(px(18), round(px(pixels) * (COMPACT if _current.compact else 1.0)))


def payload_px(pixels: float) -> float:
    """A length beside type of what is read."""
    return pixels * _current.payload / BASE


def sized(widget: W, resize: Callable[[W], object]) -> W:
    """Size a widget now, and again whenever the sizes change.

    Args:
        resize: is given the widget; it must not hold it otherwise.
    """
    resize(widget)
    if len(_fitted) >= _prune_at:
        _prune()
    _fitted.append((weakref.ref(widget), resize))
    return widget


def _prune() -> None:
    """Forget what is gone; cells and rows come and go all day."""
    global _prune_at
    kept = [(one, resize) for one, resize in _fitted if (it := one()) is not None and isValid(it)]
    _fitted[:] = kept
    _prune_at = max(256, 2 * len(kept))


def fix_height(widget: W, pixels: float) -> W:
    """Fix its height."""
    return sized(widget, lambda it: it.setFixedHeight(px(pixels)))


def fix_width(widget: W, pixels: float) -> W:
    """Fix its width."""
    return sized(widget, lambda it: it.setFixedWidth(px(pixels)))
