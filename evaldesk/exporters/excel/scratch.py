"""Where a workbook's sheets lie while it is written.

They are text that anybody could read, and the system's folder for temporary files is no place for
that: they go into a hidden folder beside the workbook, where the same text is asked for anyway.
"""

from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.worksheet import _writer


class ScratchBook(Workbook):
    """A workbook that is only written, with its own folder for unfinished sheets.

    Attributes:
        scratch: the folder; whoever made it removes it.
    """

    def __init__(self, scratch: Path) -> None:
        super().__init__(write_only=True)
        self.scratch = scratch


def begin(sheet: Any, path: Path) -> None:
    """Have openpyxl write what it writes of a sheet into this file rather than one of its own."""
    _writer.ALL_TEMP_FILES.append(str(path))  # whence it strikes the file off when it is done
    sheet._writer = _writer.WorksheetWriter(sheet, str(path))
    sheet._writer.write_top()
