"""Guards against a toolkit that loses references (docs/decisions has the story): each call that
returns None must leave None's count as it was, or the program dies within minutes of painting."""

import sys

import pytest
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPainter, QPixmap

CALLS = 20_000
SLACK = 200


class Emitter(QObject):
    told = Signal(object)


def immortal():
    return sys.version_info >= (3, 12)


@pytest.mark.skipif(immortal(), reason="None is immortal from Python 3.12 on")
@pytest.mark.parametrize("value", [None, True], ids=repr)
def test_emitting_keeps_references(qapp, value):
    emitter = Emitter()
    seen = [0]

    def count(_value):
        seen[0] += 1

    emitter.told.connect(count)
    emitter.told.emit(value)
    before = sys.getrefcount(value)
    for _ in range(CALLS):
        emitter.told.emit(value)
    assert seen[0] == CALLS + 1
    assert abs(sys.getrefcount(value) - before) < SLACK


@pytest.mark.skipif(immortal(), reason="None is immortal from Python 3.12 on")
def test_painting_keeps_references(qapp):
    picture = QPixmap(16, 16)
    painter = QPainter(picture)
    colour = QColor("#0072b2")
    before = sys.getrefcount(None)
    for _ in range(CALLS):
        painter.setPen(colour)
        painter.fillRect(0, 0, 8, 8, colour)
    after = sys.getrefcount(None)
    painter.end()
    assert abs(after - before) < SLACK
