"""Leads every fault to one reporter, whichever way it surfaces."""

import sys
import threading
from collections.abc import Callable
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler


class QtFault(RuntimeError):
    """Something that Qt itself called critical."""


def install(report: Callable[[BaseException], object]) -> None:
    """Send what nobody caught to ``report``, and to standard error as before.

    Args:
        report: may be called on any thread.
    """
    python_hook = sys.excepthook

    def on_main(
        kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        python_hook(kind, error, trace)
        if not issubclass(kind, KeyboardInterrupt):
            report(error)

    def on_thread(arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None and arguments.exc_type is not SystemExit:
            python_hook(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
            report(arguments.exc_value)

    def on_qt(kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            print(text, file=sys.stderr)
            report(QtFault(text))
        elif kind == QtMsgType.QtWarningMsg:
            print(text, file=sys.stderr)

    sys.excepthook = on_main
    threading.excepthook = on_thread
    qInstallMessageHandler(on_qt)
