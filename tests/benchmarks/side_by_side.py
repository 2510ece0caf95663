"""Long traces side by side: what a person waits for.

python -m tests.benchmarks.interface --parts beside --traces 2000
"""

import random
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtTest import QTest

from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.services.alignment import align
from evaldesk.services.reading.steps import steps_of
from evaldesk.storage.project import Project
from evaldesk.ui.widgets.trace_view import TracePane
from tests.benchmarks.measure import best
from tests.benchmarks.reviewing import Bench

STEPS = (200, 2_000)
TRIALS = 4
WORDS = 60


def add_long_traces(path: Path) -> None:
    """Four trials of a scenario for each length: a tenth of the steps left out, a tenth more, a
    tenth worded otherwise.
    """
    draw = random.Random(7)
    with Project.open(path) as project, project.ingest("long.jsonl") as writer:
        for steps in STEPS:
            base = [_step(draw, number) for number in range(steps)]
            for trial in range(TRIALS):
                run = f"long-{steps}"
                writer.run(run, system="bench", dataset="long", details={})
                record = TraceRecord(
                    Scenario(run, f"A task of {steps} steps", title=run),
                    {"messages": _messages(draw, base if not trial else _changed(draw, base))},
                    run=run,
                    trial=trial,
                )
                writer.add(record, run)
        writer.finish("bench")


def _step(draw: random.Random, number: int) -> tuple[str, Any]:
    kind = draw.choice(("user", "assistant", "tool", "tool"))
    if kind == "tool":
        return draw.choice(("find", "get", "cancel")), {"id": number, "page": draw.randrange(9)}
    return kind, " ".join(f"w{draw.randrange(5000)}" for _ in range(WORDS))


def _changed(draw: random.Random, base: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    made = []
    for step in base:
        chance = draw.random()
        if chance < 0.1:
            continue
        if chance < 0.2:
            made.append(_step(draw, draw.randrange(10_000)))
        kind, said = step
        if 0.2 <= chance < 0.3 and isinstance(said, str):
            step = kind, f"{said} and more of it"
        made.append(step)
    return made


def _messages(draw: random.Random, steps: list[tuple[str, Any]]) -> list[Any]:
    messages: list[Any] = []
    for number, (kind, said) in enumerate(steps):
        if isinstance(said, str):
            messages.append({"role": kind, "parts": [{"type": "text", "content": said}]})
            continue
        id = f"{draw.randrange(10**9)}-{number}"
        call = {"type": "tool_call", "id": id, "name": kind, "arguments": said}
        came = {"type": "tool_call_response", "id": id, "response": {"status": "ok", **said}}
        messages.append({"role": "assistant", "parts": [call]})
        messages.append({"role": "tool", "parts": [came]})
    return messages


class _Blocked(QObject):
    """The longest that the window's own thread did not come back to its events."""

    def __init__(self, bench: Bench) -> None:
        super().__init__(bench.window)
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._tick)
        self._timer.start(5)

    def _tick(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, now - self._last - 0.005)
        self._last = now

    def stop(self) -> float:
        """Seconds."""
        self._tick()
        self._timer.stop()
        return self.longest


def beside(bench: Bench, path: Path, pane: TracePane) -> Iterator[str]:
    """From the wish to the paint, the keys within, and the alignment alone."""
    for steps in STEPS:
        with Project.open(path) as project:
            pks = [project.traces.find(f"long-{steps}/long-{steps}/{n}") for n in range(TRIALS)]
            read = [steps_of(project.traces.read(pk)) for pk in pks]
        for count in (2, TRIALS):
            wanted = pks[:count]
            alone = best(partial(align, *read[:count])) * 1000
            bench.settle()
            watch = _Blocked(bench)
            begun = time.perf_counter()
            pane.show_traces(wanted)
            bench.until(partial(_shows, pane, wanted))
            _painted(bench, pane)
            opened = time.perf_counter() - begun
            blocked = watch.stop()
            keys = [_timed(bench, pane, act) for act in _acts(pane)]
            yield (
                f"{count} traces of {steps:,} steps  opened {opened * 1000:.0f} ms (alignment "
                f"alone {alone:.0f} ms), window blocked at most {blocked * 1000:.0f} ms; next "
                f"difference {keys[0] * 1000:.0f}, to the end and on {keys[1] * 1000:.0f}, fold "
                f"equal {keys[2] * 1000:.0f}, unfold {keys[3] * 1000:.0f} ms"
            )


def _acts(pane: TracePane) -> tuple[Any, ...]:
    view = pane.beside
    return (
        view.next_difference,
        lambda: view.next_difference(-1),
        view.toggle_folding,
        view.toggle_folding,
    )


def _shows(pane: TracePane, pks: list[int]) -> bool:
    woven = pane.beside.woven
    return woven is not None and [trace.row.pk for trace in woven.traces] == pks


def _timed(bench: Bench, pane: TracePane, act: Any) -> float:
    begun = time.perf_counter()
    act()
    _painted(bench, pane)
    return time.perf_counter() - begun


class _Paint(QObject):
    """Says that a widget was painted."""

    done = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Paints come here first."""
        self.done |= event.type() == QEvent.Type.Paint
        return False


def _painted(bench: Bench, pane: TracePane) -> None:
    viewport = pane.beside.a.canvas.viewport()
    paint = _Paint(viewport)
    viewport.installEventFilter(paint)
    viewport.update()
    bench.until(lambda: paint.done)
    viewport.removeEventFilter(paint)
    QTest.qWait(0)
