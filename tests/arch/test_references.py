"""PySide6 keeps the references of what it returns (docs/decisions/0002-pyside-pin.md)."""

import subprocess
import sys

import pytest

CALLS = 1_000

# In a process of its own: counts hold still there, and what loses references aborts.
COUNT = f"""
import gc, sys
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QImage, QPainter

class Emitter(QObject):
    said = Signal(object)

emitter = Emitter()
emitter.said.connect(lambda _: None)
image = QImage(8, 8, QImage.Format.Format_RGB32)
painter = QPainter(image)

def call(times):
    for _ in range(times):
        for value in (None, True, False):
            emitter.said.emit(value)
        painter.setPen(QColor(1, 2, 3))
        painter.isActive()
        emitter.signalsBlocked()

call(10)
gc.collect()
gc.disable()
before = [sys.getrefcount(value) for value in (None, True, False)]
call({CALLS})
after = [sys.getrefcount(value) for value in (None, True, False)]
painter.end()
print(*(b - a for a, b in zip(before, after)), flush=True)
"""


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None and True are immortal here")
def test_no_reference_is_lost() -> None:
    ran = subprocess.run([sys.executable, "-c", COUNT], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    # A call that loses one would show as CALLS or a multiple of it.
    assert [abs(int(drift)) < CALLS // 10 for drift in ran.stdout.split()] == [True] * 3, ran.stdout
