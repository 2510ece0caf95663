"""From the key to the next item, in the real window.

    python -m tests.benchmarks.reviewing --traces 100000

Times from the key press to the end of the paint that shows the next trace, and from a digit to the
moment the disk has confirmed the answer. “Processor” is what the window's thread computed from the
key to that paint, which other work on the machine disturbs least. Uses the display there is, else
draws offscreen.
"""

import argparse
import gc
import os
import random
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from evaldesk.app.collector import Collector
from evaldesk.app.compose import application, build_window
from evaldesk.domain.trace import Message, Scenario, TraceRecord
from evaldesk.services.rubrics import editing as rubric_editing
from evaldesk.settings import Settings
from evaldesk.storage.project import Project
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.shell.window import MainWindow
from tests.benchmarks.measure import spread

TIMES = 60
PATIENCE_MS = 60_000


def make_project(path: Path, traces: int) -> None:
    """Conversations of twelve messages, about 6 KB each, and a rubric of the program's own."""
    draw = random.Random(20261)
    words = [f"w{number:05d}" for number in range(5000)]
    with Project.create(path) as project:
        with project.ingest("bench") as writer:
            writer.run("bench", system="model", dataset="", details={})
            for number in range(traces):
                messages: list[Message] = [
                    {
                        "role": ("user", "assistant")[turn % 2],
                        "parts": [{"type": "text", "content": " ".join(draw.choices(words, k=75))}],
                    }
                    for turn in range(12)
                ]
                scenario = Scenario(key=f"case-{number:07d}", input=number, title=f"Case {number}")
                writer.add(TraceRecord(scenario, {"messages": messages}), "bench")
            writer.finish("")
        project.rubrics.save(rubric_editing.templates()[-1], "bench")


class Painted(QObject):
    """Ends a loop once a widget was painted while something holds."""

    def __init__(self, widget: QWidget, holds: Callable[[], bool], loop: QEventLoop) -> None:
        super().__init__(widget)
        self._holds, self._loop, self._widget = holds, loop, widget
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The paint itself comes after this; the timer after the paint."""
        if event.type() == QEvent.Type.Paint and self._holds():
            QTimer.singleShot(0, self._loop.quit)
        return False

    def end(self) -> None:
        """Look away."""
        self._widget.removeEventFilter(self)


class Bench:
    """A window with the review screen open, or only with the project.

    Attributes:
        computed: processor seconds of the window's thread, of each way to a next item.
    """

    def __init__(self, path: Path, folder: Path, *, reviews: bool = True) -> None:
        settings = Settings(folder / "settings.json")
        settings.put("user", "bench")
        settings.put("theme", "light")
        app = application()
        self.window: MainWindow = build_window(app, settings=settings)
        Collector(app).start()  # as the program does
        self.window.resize(1440, 900)
        self.window.show()
        self.window.activateWindow()
        self.window.open_path(path)
        self.until(lambda: self.window.workspace.project is not None)
        self.settle()
        gc.freeze()
        # Keys go nowhere in a window that is not the active one.
        self.window.activateWindow()
        QTest.qWaitForWindowActive(self.window)
        begun = time.perf_counter()
        self.opened = 0.0
        self.computed: list[float] = []
        if not reviews:
            return
        self.window.workspace.navigate("review")
        self.until(lambda: self._page() is not None and self.page.controller.pk is not None)
        self.opened = time.perf_counter() - begun

    @property
    def page(self) -> ReviewPage:
        """The review screen."""
        page = self._page()
        assert page is not None
        return page

    def _page(self) -> ReviewPage | None:
        return self.window.findChild(ReviewPage)

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the window live until something holds."""
        begun = time.monotonic()
        while not holds():
            if time.monotonic() - begun > PATIENCE_MS / 1000:
                raise TimeoutError
            QTest.qWait(1)

    def settle(self) -> None:
        """Let everything that was begun come to its end."""
        self.until(lambda: not self.window.workspace.jobs.busy)
        QTest.qWait(50)

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
        """Press a key where the focus is."""
        focused: QWidget | None = self.window.focusWidget()
        QTest.keyClick(self.window if focused is None else focused, key, modifier)

    def to_next_item(
        self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> float:
        """Seconds from the key to the end of the paint that shows another trace."""
        self.settle()
        before = self.page.controller.pk
        loop = QEventLoop()
        canvas = self.page.trace_pane.single.canvas.viewport()
        painted = Painted(canvas, lambda: self.page.controller.pk != before, loop)
        QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
        begun, computed = time.perf_counter(), time.thread_time()
        self.press(key, modifier)
        loop.exec()
        taken = time.perf_counter() - begun
        self.computed.append(time.thread_time() - computed)
        painted.end()
        assert self.page.controller.pk != before
        return taken

    def answer_all(self) -> None:
        """Answer what is required."""
        for criterion in self.page.controller.queue.rubric.criteria:  # type: ignore[union-attr]
            if criterion.required:
                self.page.controller.answering.answer(
                    criterion.name, criterion.scale.points[0].value
                )

    def to_saved(self, digit: Qt.Key) -> float:
        """Seconds from a digit to the disk's word."""
        self.settle()
        self.page.form.activate(self.page.form.cards[0].name)
        saved: list[float] = []
        workspace = self.window.workspace

        def confirmed() -> None:
            saved.append(time.perf_counter())

        workspace.saved.connect(confirmed)
        begun = time.perf_counter()
        self.press(digit, Qt.KeyboardModifier.NoModifier)
        self.until(lambda: bool(saved))
        workspace.saved.disconnect(confirmed)
        return saved[0] - begun


def run(traces: int) -> None:
    """Print one line a figure."""
    with tempfile.TemporaryDirectory(prefix="evaldesk-bench-") as name:
        folder = Path(name)
        path = folder / "bench.evaldesk"
        make_project(path, traces)
        bench = Bench(path, folder)
        print(f"{traces:,} traces; the review screen opens in {bench.opened * 1000:.0f} ms")
        taken = [bench.to_next_item(Qt.Key.Key_J) for _ in range(TIMES)]
        print("next item (J)             ", _told(bench, taken))
        taken = []
        for _ in range(TIMES):
            bench.answer_all()
            control = Qt.KeyboardModifier.ControlModifier
            taken.append(bench.to_next_item(Qt.Key.Key_Return, control))
        print("submit and next (Ctrl+⏎)  ", _told(bench, taken))
        digits = (Qt.Key.Key_1, Qt.Key.Key_2)
        print(
            "digit → saved on the disk ",
            spread([bench.to_saved(digits[n % 2]) for n in range(TIMES)]),
        )
        bench.settle()
        bench.window.workspace.jobs.shutdown()
        bench.window.close()


def _told(bench: Bench, taken: list[float]) -> str:
    computed = bench.computed[-len(taken) :]
    return f"{spread(taken)}; processor {spread(computed)}, least {min(computed) * 1000:.1f} ms"


if __name__ == "__main__":
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--traces", type=int, default=2000)
    run(parser.parse_args().traces)
