"""One start of the program, timed from outside: run by `tests.benchmarks.interface`.

    python -m tests.benchmarks.start_probe bare SPAWNED
    python -m tests.benchmarks.start_probe window SPAWNED PROJECT [--traces]

SPAWNED is the monotonic clock when the process was asked for. Prints one JSON object of seconds
since then, of the processor's seconds that this process had by then (``_cpu``), and the peak of
memory in MB. Nothing but the standard library is imported before the clock
that counts: ``bare`` is an empty Qt window, the floor that no program can go below.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SPAWNED = float(sys.argv[2]) if len(sys.argv) > 2 else time.monotonic()
PATIENCE_MS = 120_000


def after_paint(widget: Any, holds: Callable[[], bool], then: Callable[[], None]) -> None:
    """Call ``then`` once, after the first paint of a widget while something holds."""
    from PySide6.QtCore import QEvent, QObject, QTimer

    class Watch(QObject):
        def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
            if event.type() == QEvent.Type.Paint and holds():
                widget.removeEventFilter(self)
                QTimer.singleShot(0, then)
            return False

    widget.installEventFilter(Watch(widget))


def bare() -> dict[str, float]:
    """An empty window."""
    from PySide6.QtWidgets import QApplication, QWidget

    app = QApplication([])
    window = QWidget()
    window.resize(1440, 900)
    seen: dict[str, float] = {}

    def painted() -> None:
        seen["window"] = time.monotonic() - SPAWNED
        seen["window_cpu"] = time.process_time()
        app.quit()

    after_paint(window, lambda: True, painted)
    window.show()
    app.exec()
    return seen


def window(project: Path, traces: bool) -> dict[str, float]:
    """The program as a person starts it, up to the first rows of the project."""
    from evaldesk.app import main, start

    seen: dict[str, float] = {}
    build: Callable[..., Any]
    hurry = start.hurry

    def now(name: str) -> None:
        seen[name] = time.monotonic() - SPAWNED
        seen[f"{name}_cpu"] = time.process_time()

    def watched(app: Any, **given: Any) -> Any:
        made = build(app, **given)
        made.resize(1440, 900)
        after_paint(made, lambda: True, lambda: now("window"))
        made.workspace.project_opened.connect(lambda: now("opened"))

        def rows_painted() -> None:
            now("usable")
            if not traces:
                made.close()
                return
            made.workspace.navigate("traces")
            page = made.host.built("traces")
            viewport = page.table.viewport()
            after_paint(viewport, lambda: page.model.row(0) is not None, list_painted)

        def list_painted() -> None:
            now("traces")
            made.close()

        def on_screen(screen_id: str) -> None:
            if screen_id == "overview":
                page = made.host.built("overview")
                table = page.table.viewport()
                after_paint(table, lambda: page.model.rowCount() > 0, rows_painted)

        made.host.shown.connect(on_screen)
        from PySide6.QtCore import QTimer

        QTimer.singleShot(PATIENCE_MS, made.close)
        return made

    def hurried() -> Callable[[], None]:
        nonlocal build
        settle = hurry()
        # Only now, so that nothing is imported earlier than it is without a watch.
        from evaldesk.app import compose

        build = compose.build_window
        compose.build_window = watched
        return settle

    start.hurry = hurried
    main.run([str(project)])
    return seen


def peak_megabytes() -> float:
    """Of this program alone: what ``getrusage`` says begins with the peak of the parent."""
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(peak.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def report() -> None:
    """Run and print."""
    if sys.argv[1] == "bare":
        seen = bare()
    else:
        seen = window(Path(sys.argv[3]), "--traces" in sys.argv)
    seen["memory"] = peak_megabytes()
    print(json.dumps(seen))


if __name__ == "__main__":
    report()
