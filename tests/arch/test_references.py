"""PySide6 keeps the references of what it returns (docs/decisions/0002-pyside-pin.md)."""

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QImage, QPainter

CALLS = 20_000


class _Emitter(QObject):
    said = Signal(object)


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal here")
@pytest.mark.parametrize("value", [None, True, False])
def test_no_reference_is_lost(value: bool | None) -> None:
    emitter = _Emitter()
    emitter.said.connect(lambda _: None)
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(value)
    for _ in range(CALLS):
        emitter.said.emit(value)
        painter.setPen(QColor(1, 2, 3))
        painter.isActive()
        emitter.signalsBlocked()
    after = sys.getrefcount(value)
    painter.end()
    # The one lost at each call was CALLS or more; other threads and caches move it by a few.
    assert abs(after - before) < CALLS / 10
