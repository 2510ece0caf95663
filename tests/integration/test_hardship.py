"""A few of the trials of tests/hardship; ``python -m tests.hardship`` runs hundreds."""

import os
import sys
from pathlib import Path

import pytest

from tests.hardship.trials import JOBS, can_fill, run

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL"),
    pytest.mark.timeout(300),
]


def test_nothing_shown_as_saved_is_lost_when_killed(tmp_path: Path) -> None:
    outcome = run(tmp_path, 2 * len(JOBS), 7, ("kill",), tuple(JOBS))
    assert outcome.broken == []


def test_nothing_is_lost_when_the_folder_refuses(tmp_path: Path) -> None:
    if not os.geteuid():
        # Root becomes nobody for this, who may not pass through a folder of root's.
        for folder in [tmp_path, *tmp_path.parents][:-2]:
            if not folder.stat().st_mode & 0o005:
                folder.chmod(folder.stat().st_mode | 0o005)
    outcome = run(tmp_path, len(JOBS), 8, ("read-only",), tuple(JOBS))
    assert outcome.broken == []


def test_nothing_is_lost_when_the_disk_is_full(tmp_path: Path) -> None:
    if not can_fill():
        pytest.skip("only root can make a disk that is small")
    outcome = run(tmp_path, len(JOBS), 9, ("full",), tuple(JOBS))
    assert outcome.broken == []
