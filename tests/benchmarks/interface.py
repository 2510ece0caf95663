"""What a person waits for: start, next item, lists, and the window while an import runs.

    python -m tests.benchmarks.interface --traces 100000

Every figure stands beside a reference of the same run, because machines are shared: the start
beside an empty Qt window and Python's own start, lists beside the bare SQL for the same ids and
rows. Uses the display there is, else draws offscreen. A project made before is used again with
``--project``; it is labelled and imported into, so give it a copy.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QScrollBar, QWidget

from evaldesk.domain.query import TraceQuery
from evaldesk.services.importing.traces import import_files
from evaldesk.services.rubrics import editing as rubric_editing
from evaldesk.storage.project import Project
from evaldesk.ui.screens.imports.page import ImportPage
from evaldesk.ui.screens.traces.page import TracesPage
from tests.benchmarks.measure import best, late, once, peak_megabytes
from tests.benchmarks.reviewing import Bench
from tests.benchmarks.side_by_side import add_long_traces, beside
from tests.benchmarks.store import COLUMNS, make_file

ROOT = Path(__file__).resolve().parents[2]
STARTS = 5
TIMES = 40
WORDS = ("w00003", "w00200", "w15000")
TICK_MS = 5


def told(seconds: Sequence[float]) -> str:
    """Best, median and 95th percentile in milliseconds."""
    best_ms, middle, last = (
        1000 * value for value in (min(seconds), statistics.median(seconds), late(seconds))
    )
    return f"best {best_ms:.0f}, median {middle:.0f}, 95th {last:.0f} ms"


# ------------------------------------------------------------------------------------- the start


def start(project: Path, folder: Path) -> Iterator[str]:
    """Cold processes, with bytecode as an installed program has it."""
    environment = dict(os.environ)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    environment["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")
    environment["EVALDESK_CONFIG_DIR"] = str(folder / "config")

    def probe(*arguments: str) -> dict[str, float]:
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.benchmarks.start_probe",
                arguments[0],
                str(time.monotonic()),
                *arguments[1:],
            ],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=environment,
        )
        made: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
        return made

    command = [sys.executable, "-c", "import sqlite3"]
    probe("window", str(project), "--traces")  # writes the bytecode
    python = [
        once(partial(subprocess.run, command, check=True, env=environment)) for _ in range(STARTS)
    ]
    floor, ours = [], []
    for _ in range(STARTS):  # by turns, so that a busy moment meets both
        floor.append(probe("bare"))
        ours.append(probe("window", str(project), "--traces"))

    def of(seen: Sequence[dict[str, float]], name: str) -> str:
        wall = [item[name] * 1000 for item in seen]
        work = [item[f"{name}_cpu"] * 1000 for item in seen]
        return (
            f"best {min(wall):5.0f}, median {statistics.median(wall):5.0f} ms; processor "
            f"{min(work):.0f} ms"
        )

    def ratio(name: str) -> str:
        return f"{min(i[f'{name}_cpu'] for i in ours) / min(i['window_cpu'] for i in floor):.1f}"

    yield f"python alone           best {min(python) * 1000:5.0f} ms"
    yield f"empty Qt window        {of(floor, 'window')}"
    yield f"first window painted   {of(ours, 'window')}: {ratio('window')} times an empty window"
    yield f"project open           {of(ours, 'opened')}"
    yield f"overview painted       {of(ours, 'usable')}: {ratio('usable')} times an empty window"
    yield f"first traces painted   {of(ours, 'traces')} (the list was asked for at that moment)"
    yield (
        f"peak memory            {statistics.median(i['memory'] for i in ours):.0f} MB; empty Qt "
        f"window {statistics.median(i['memory'] for i in floor):.0f} MB"
    )


# ------------------------------------------------------------------------------------- the window


class Paints(QObject):
    """Says when a widget was painted while something holds."""

    def __init__(self, widget: QWidget, holds: Callable[[], bool]) -> None:
        super().__init__(widget)
        self.at = 0.0
        self._holds = holds
        self._widget = widget
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The paint comes after this; the timer after the paint."""
        if event.type() == QEvent.Type.Paint and not self.at and self._holds():
            QTimer.singleShot(0, self._painted)
            self._widget.removeEventFilter(self)
        return False

    def _painted(self) -> None:
        self.at = time.perf_counter()


def review(bench: Bench) -> Iterator[str]:
    """From the key to the next item, and to the disk."""
    control = Qt.KeyboardModifier.ControlModifier
    taken = []
    for _ in range(TIMES):
        bench.answer_all()
        taken.append(bench.to_next_item(Qt.Key.Key_Return, control))
    yield f"Ctrl+Enter → next item {told(taken)}"
    taken = [bench.to_next_item(Qt.Key.Key_J) for _ in range(TIMES)]
    yield f"J → next item          {told(taken)}"
    digits = (Qt.Key.Key_1, Qt.Key.Key_2)
    taken = [bench.to_saved(digits[n % 2]) for n in range(TIMES)]
    yield f"digit → on the disk    {told(taken)}"


def painted(
    bench: Bench, widget: QWidget, holds: Callable[[], bool], act: Callable[[], object]
) -> float:
    """Seconds from an act to the end of the paint that shows what it did."""
    paints = Paints(widget, holds)
    begun = time.perf_counter()
    act()
    bench.until(lambda: bool(paints.at))
    return paints.at - begun


def lists(bench: Bench, path: Path, words: Sequence[str] = WORDS) -> Iterator[str]:
    """Jumps in the list and search as one types."""
    page = _traces(bench)
    bench.settle()
    with Project.open(path) as project, project.database.read() as connection:

        def bare(sql: str) -> float:
            return best(lambda: array("q", (r[0] for r in connection.exec_driver_sql(sql)))) * 1000

        middle = len(page.model.ids) // 2
        rows = range(middle, middle + 128)
        sql = f"SELECT {COLUMNS} FROM trace WHERE pk BETWEEN {rows[0]} AND {rows[-1]}"
        ours = best(partial(project.traces.rows, list(rows))) * 1000
        yield (
            f"jump → rows painted    {told(_jumps(bench, page))}; 128 rows by bare SQL "
            f"{bare(sql):.1f} ms, as the list asks {ours:.1f} ms"
        )
        for word in words:
            taken = _searches(bench, page, word)
            sql = f"SELECT rowid FROM trace_search WHERE trace_search MATCH '{word}*'"
            ours = best(partial(project.traces.ids, TraceQuery(text=word))) * 1000
            yield (
                f"letter → {len(page.model.ids):>6,} found   {told(taken)}, the pause for typing "
                f"among them; bare SQL {bare(sql):.1f} ms, as the list asks {ours:.1f} ms"
            )
    page.search_field.clear()
    bench.settle()


def _jumps(bench: Bench, page: TracesPage) -> list[float]:
    bar, draw = page.table.verticalScrollBar(), random.Random(11)

    def once_to(goal: int) -> float:
        def holds() -> bool:
            there = page.model.row(page.table.rowAt(0)) is not None
            return bar.value() == goal and there

        bench.settle()
        return painted(bench, page.table.viewport(), holds, lambda: bar.setValue(goal))

    return [once_to(draw.randrange(bar.maximum())) for _ in range(TIMES)]


def _searches(bench: Bench, page: TracesPage, word: str) -> list[float]:
    field = page.search_field

    def once_more() -> float:
        field.clear()
        bench.until(lambda: not page.controller.text)
        bench.settle()
        before = page.model.ids
        field.setText(word[:-1])
        bench.until(lambda: page.model.ids is not before)
        bench.settle()
        shorter = page.model.ids
        return painted(
            bench,
            page.table.viewport(),
            lambda: page.model.ids is not shorter,
            lambda: QTest.keyClicks(field, word[-1]),
        )

    return [once_more() for _ in range(8)]


def blocked(bench: Bench, folder: Path, traces: int = 20_000) -> Iterator[str]:
    """The longest the window does not answer while an import runs and the list is scrolled."""
    source = folder / "more.jsonl"
    make_file(source, traces)
    # Other texts than those of the project, or nothing would be added.
    fresh = f'"input": "{time.time_ns()} '
    source.write_text(source.read_text("utf-8").replace('"input": "', fresh), "utf-8")
    page = _traces(bench)
    bench.settle()
    bar = page.table.verticalScrollBar()
    yield f"scrolling at rest      {_ticks(bench, bar, lambda: True, seconds=5.0)}"
    window = bench.window
    window.workspace.navigate("import", paths=(source,))
    importing = window.host.built("import")
    assert isinstance(importing, ImportPage)
    bench.until(lambda: importing.controller.can_run)
    importing.controller.run()
    window.workspace.navigate("traces")
    begun = time.perf_counter()
    said = _ticks(bench, bar, lambda: importing.controller.running is not None, seconds=600)
    yield f"during an import       {said}; {traces:,} traces in {time.perf_counter() - begun:.0f} s"


def watched_search(bench: Bench, words: Sequence[str]) -> Iterator[str]:
    """The longest the window does not answer while words are typed and the list is scrolled."""
    page = _traces(bench)
    page.search_field.clear()
    bench.settle()
    letters = [letter for word in words for letter in (*word, "")]
    typed = iter(letters)
    done = False

    def type_on() -> None:
        nonlocal done
        letter = next(typed, None)
        if letter is None:
            done = True
        elif letter:
            QTest.keyClicks(page.search_field, letter)
        else:
            page.search_field.clear()

    keys = QTimer(bench.window)
    keys.timeout.connect(type_on)
    keys.start(250)
    bar = page.table.verticalScrollBar()
    said = _ticks(bench, bar, lambda: not done, seconds=120)
    keys.stop()
    yield f"while searching        {said}"
    bench.settle()


def _ticks(bench: Bench, bar: QScrollBar, holds: Callable[[], bool], seconds: float) -> str:
    gaps: list[float] = []
    work: list[float] = []
    last, computed = time.perf_counter(), time.thread_time()

    def tick() -> None:
        nonlocal last, computed
        now, used = time.perf_counter(), time.thread_time()
        gaps.append(now - last - TICK_MS / 1000)
        work.append(used - computed)
        last, computed = now, used

    def scroll() -> None:
        bar.setValue((bar.value() + 37 * 28) % max(1, bar.maximum()))

    watch, move = QTimer(bench.window), QTimer(bench.window)
    watch.setTimerType(Qt.TimerType.PreciseTimer)
    watch.timeout.connect(tick)
    move.timeout.connect(scroll)
    watch.start(TICK_MS)
    move.start(50)
    end = time.perf_counter() + seconds
    last = time.perf_counter()
    while holds() and time.perf_counter() < end:
        QTest.qWait(20)
    watch.stop()
    move.stop()
    return (
        f"blocked for {statistics.median(gaps) * 1000:.0f} ms (median), 95th "
        f"{late(gaps) * 1000:.0f}, longest {max(gaps) * 1000:.0f} ms of {len(gaps):,}; computing "
        f"itself 95th {late(work) * 1000:.0f}, longest {max(work) * 1000:.0f} ms"
    )


def _traces(bench: Bench) -> TracesPage:
    bench.window.workspace.navigate("traces")
    page = bench.window.host.built("traces")
    assert isinstance(page, TracesPage), bench.window.banner.message.text()
    bench.until(lambda: len(page.model.ids) > 0)
    return page


def make_project(path: Path, folder: Path, traces: int) -> None:
    """Traces of about 1.5 KB and a rubric of the program's own."""
    source = folder / "bench.jsonl"
    make_file(source, traces)
    with Project.create(path) as project:
        import_files(project, [source])
        project.rubrics.save(rubric_editing.templates()[-1], "bench")
    source.unlink()


def run(traces: int, parts: Sequence[str], given: Path | None) -> Iterator[str]:
    """One line a figure."""
    with tempfile.TemporaryDirectory(prefix="evaldesk-bench-") as name:
        folder = Path(name)
        path = given or folder / "bench.evaldesk"
        if given is None:
            make_project(path, folder, traces)
        if "beside" in parts:
            add_long_traces(path)
        with Project.open(path) as project:
            yield f"{project.traces.count():,} traces, {path.stat().st_size / 1e6:,.0f} MB"
        if "start" in parts:
            yield from start(path, folder)
        if not set(parts) & {"review", "lists", "import", "beside"}:
            return
        bench = Bench(path, folder)
        yield f"Review opens           {bench.opened * 1000:.0f} ms"
        if "review" in parts:
            yield from review(bench)
        if "lists" in parts:
            yield from lists(bench, path)
        if "beside" in parts:
            yield from beside(bench, path, _traces(bench).pane)
        if "import" in parts:
            yield from blocked(bench, folder)
        yield f"peak memory            {peak_megabytes():.0f} MB, of Review, lists and import"
        bench.settle()
        bench.window.workspace.jobs.shutdown()
        bench.window.close()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--traces", type=int, default=100_000)
    parser.add_argument("--project", type=Path, help="use this one, a copy, instead of a new one")
    parser.add_argument(
        "--parts",
        nargs="+",
        default=["start", "review", "lists", "beside", "import"],
        metavar="PART",
    )
    given = parser.parse_args()
    for line in run(given.traces, given.parts, given.project):
        print(line, flush=True)


if __name__ == "__main__":
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    main()
