"""Starts the window."""

import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

NO_DISPLAY = 2
SETTLE_MS = 1000


def run(argv: Sequence[str]) -> int:
    """Show the window, then open the project that was named; returns the exit code.

    Args:
        argv: nothing, or the path of a project or package, and perhaps the address of a view.
    """
    if not has_display():
        print(
            "EvalDesk's window needs a display. “evaldesk --help” lists what works without one.",
            file=sys.stderr,
        )
        return NO_DISPLAY
    try:
        from PySide6.QtCore import QTimer
    except ImportError as error:
        print(
            f"The window's libraries could not be loaded: {error}.\n"
            "On Debian: apt install libgl1 libegl1 libxkbcommon-x11-0 libxcb-cursor0 "
            "libxcb-icccm4 libxcb-keysyms1 libxcb-shape0 libdbus-1-3 libfontconfig1",
            file=sys.stderr,
        )
        return NO_DISPLAY
    from evaldesk.app.start import hurry

    settle = hurry()
    from evaldesk.app import fault_hooks
    from evaldesk.app.collector import Collector
    from evaldesk.app.compose import application, build_window, open_at_start

    app = application()
    window = build_window(app)
    Collector(app).start()
    fault_hooks.install(window.workspace.report)
    # A project brings its first screen in as well; without one, the time comes all the same.
    window.workspace.project_opened.connect(lambda: QTimer.singleShot(SETTLE_MS, settle))
    QTimer.singleShot(10 * SETTLE_MS, settle)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    window.show()
    path = Path(argv[0]) if argv else None
    view = argv[1] if len(argv) > 1 else ""
    QTimer.singleShot(0, lambda: open_at_start(window, path, view))
    return app.exec()


def has_display() -> bool:
    """Whether a window could show at all; only X11 and Wayland systems can lack a display."""
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
