"""The window is there before anything slow is imported."""

import subprocess
import sys
from pathlib import Path

import pytest

SLOW = (
    "pandas",
    "scipy",
    "sqlalchemy",
    "sqlmodel",
    "pyqtgraph",
    "openpyxl",
    "krippendorff",
    "pyarrow",
    "cryptography",
    "phonenumbers",
    "pyrage",
    "httpx",
    "keyring",
)

BUILD_WINDOW = """
import sys
from PySide6.QtWidgets import QApplication
from evaldesk.app.compose import build_window
app = QApplication(["evaldesk"])
window = build_window(app)
window.show()
app.sendPostedEvents()
print(*sorted({name.partition(".")[0] for name in sys.modules}), flush=True)
window.close()
"""

COMMAND_LINE = """
import sys
from evaldesk.__main__ import main
try:
    main(["--help"])
except SystemExit:
    pass
print(*sorted({name.partition(".")[0] for name in sys.modules}), flush=True)
"""


def imported(program: str, root: Path) -> set[str]:
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return set(ran.stdout.splitlines()[-1].split())


@pytest.mark.gui
def test_window_imports_nothing_slow(repository: Path) -> None:
    assert not imported(BUILD_WINDOW, repository).intersection(SLOW)


def test_command_line_imports_nothing_slow_and_no_qt(repository: Path) -> None:
    assert not imported(COMMAND_LINE, repository).intersection((*SLOW, "PySide6"))
