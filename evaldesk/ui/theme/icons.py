"""Line icons, drawn in a colour of the theme."""

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from evaldesk.settings import resource
from evaldesk.ui.theme.tokens import Tokens

_SCALE = 2  # drawn at twice the size, so that a dense screen shows them sharp


@lru_cache(maxsize=128)
def pixmap(name: str, colour: str, size: int) -> QPixmap:
    """An icon of ``resources/icons`` in one colour.

    Args:
        size: edge in pixels of the layout.
    """
    drawing = _source(name).replace("currentColor", colour)
    made = QPixmap(size * _SCALE, size * _SCALE)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    QSvgRenderer(QByteArray(drawing.encode())).render(
        painter, QRectF(0, 0, size * _SCALE, size * _SCALE)
    )
    painter.end()
    made.setDevicePixelRatio(_SCALE)
    return made


def rail_icon(name: str, tokens: Tokens, size: int) -> QIcon:
    """Muted; in the accent's colour where its button is the chosen one."""
    icon = QIcon()
    icon.addPixmap(pixmap(name, tokens.muted, size), QIcon.Mode.Normal, QIcon.State.Off)
    icon.addPixmap(pixmap(name, tokens.text, size), QIcon.Mode.Active, QIcon.State.Off)
    icon.addPixmap(pixmap(name, tokens.accent, size), QIcon.Mode.Normal, QIcon.State.On)
    icon.addPixmap(pixmap(name, tokens.accent, size), QIcon.Mode.Active, QIcon.State.On)
    icon.addPixmap(pixmap(name, tokens.line, size), QIcon.Mode.Disabled, QIcon.State.Off)
    return icon


def app_icon() -> QIcon:
    """The program's own."""
    icon = QIcon()
    for size in (16, 24, 32, 48, 64, 128):
        icon.addPixmap(pixmap("app", "#0072b2", size))
    return icon


@lru_cache(maxsize=32)
def _source(name: str) -> str:
    return resource("icons", f"{name}.svg").read_text("utf-8")
