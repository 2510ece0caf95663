"""A fault of the program, in words that hold nothing of anybody's data."""

import platform
import sys
import traceback
from pathlib import Path

from PySide6 import __version__ as pyside_version

import evaldesk

_PACKAGE = Path(evaldesk.__file__).resolve().parent


def report_text(error: BaseException) -> str:
    """What a person may send to whoever mends it: versions, the kinds of error, and where.

    Messages of errors are left out, because they quote what was being read, and so are the
    folders of this machine.
    """
    lines = [
        f"EvalDesk {evaldesk.__version__}",
        f"Python {platform.python_version()}, PySide6 {pyside_version}",
        f"{platform.system()} {platform.release()} {platform.machine()}",
    ]
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        kind = type(current)
        lines.append("")
        lines.append(f"{kind.__module__}.{kind.__qualname__}")
        for frame in traceback.extract_tb(current.__traceback__):
            lines.append(f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}")
        current = current.__cause__ or current.__context__
    return "\n".join(lines) + "\n"


def _place(filename: str) -> str:
    path = Path(filename)
    try:
        return "evaldesk/" + path.resolve().relative_to(_PACKAGE).as_posix()
    except ValueError:
        pass
    for entry in sorted(sys.path, key=len, reverse=True):
        if entry and path.is_relative_to(entry):
            return path.relative_to(entry).as_posix()
    return path.name
