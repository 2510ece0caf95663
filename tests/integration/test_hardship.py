"""A few of the trials of tests/hardship; ``python -m tests.hardship`` runs hundreds."""

import sys
import tempfile
from pathlib import Path

import pytest

from tests.hardship.trials import HARDSHIPS, JOBS, can_fill, run


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither fork nor SIGKILL")
@pytest.mark.timeout(300)
def test_nothing_shown_as_saved_is_lost_and_every_file_is_whole() -> None:
    # Only root can make a disk that is small.
    kinds = tuple(kind for kind in HARDSHIPS if kind != "full" or can_fill())
    # Root becomes nobody for some of it, who may not pass through a folder of root's.
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        outcome = run(Path(folder), len(kinds) * len(JOBS), 7, kinds, tuple(JOBS))
    assert outcome.broken == []
    assert {kind for _, kind, _ in outcome.ends} == {*kinds, "nothing"}
