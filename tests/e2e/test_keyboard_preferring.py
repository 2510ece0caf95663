"""A rater compares thirty pairs of real traces by keyboard alone, in the real window of the real
program; keys come from outside, faster than hands, and do not wait for the window.
"""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from evaldesk.domain.preference import OVERALL, as_shown
from evaldesk.domain.rubric_reading import read_rubric
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.rounds.planning import RoundPlan, start_round
from evaldesk.storage.project import Project
from tests.e2e.test_keyboard_labelling import KEY_DELAY_MS, PATIENCE_S, display, until

__all__ = ["display"]

PAIRS = 30
RUNS = ("airline_toolorchestra_gpt-4.1-user", "airline_claude-sonnet-4-5_aide")
RUBRIC = read_rubric(
    {"name": "Airline", "criteria": [{"name": "solved", "scale": {"kind": "binary"}}]}
)
CHOICES = (
    (("Left", "2"), ("left", 2)),
    (("Right", "1"), ("right", 1)),
    (("t",), ("tie", None)),
    (("b",), ("bad", None)),
    (("1", "3"), ("left", 3)),
)


def reason(place: int) -> str:
    return f"reason {place}, plain" if place % 7 == 0 else ""


@pytest.mark.timeout(600)
def test_thirty_pairs_of_real_traces_by_keyboard_alone(
    tmp_path: Path, shared_data: Path, display: str, repository: Path
) -> None:
    path = tmp_path / "airline.evaldesk"
    with Project.create(path) as project:
        folder = shared_data / "traces" / "tau2"
        files = [folder / f"{run}.json.gz" for run in RUNS]
        import_files(project, files, TraceImport(author="Olga"))
        project.rubrics.save(RUBRIC, "Olga")
        plan = RoundPlan(
            "Duel", "Airline", ("Ada",), "pairwise", sample=28, repeats=0.07, seed=7, pairs=RUNS
        )
        start_round(project, plan, "Olga")
        assigned = project.preferences.assigned("Duel", "Ada")
    assert len(assigned) == PAIRS
    (tmp_path / "config").mkdir()
    settings = {"user": "Ada", "theme": "dark"}
    (tmp_path / "config" / "settings.json").write_text(json.dumps(settings), "utf-8")
    environment = {
        **os.environ,
        "DISPLAY": display,
        "QT_QPA_PLATFORM": "xcb",
        "PYTHONPATH": str(repository),
        "EVALDESK_CONFIG_DIR": str(tmp_path / "config"),
        "EVALDESK_DATA_DIR": str(tmp_path / "data"),
    }
    program = subprocess.Popen(
        [sys.executable, "-m", "evaldesk", str(path)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def xdotool(*argv: object) -> str:
        done = subprocess.run(
            ["xdotool", *map(str, argv)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=True,
        )
        return done.stdout

    def title() -> str:
        found = xdotool("search", "--onlyvisible", "--name", "EvalDesk").split()
        return xdotool("getwindowname", found[0]) if found else ""

    def keys(*names: str) -> None:
        xdotool("key", "--clearmodifiers", "--delay", KEY_DELAY_MS, *names)

    def progress() -> int:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as beside:
            found = beside.execute("SELECT count(*) FROM pair_submission WHERE state = 'submitted'")
            return int(found.fetchone()[0])

    try:
        window = xdotool("search", "--sync", "--onlyvisible", "--name", "EvalDesk").split()[0]
        until(lambda: "airline" in title(), "the project opens")
        xdotool("windowfocus", "--sync", window)
        # Review leads on to the pairs, as they are what waits for her.
        keys("ctrl+3")
        time.sleep(10)
        for place in range(PAIRS):
            keys(*CHOICES[place % 5][0])
            if reason(place):
                keys("r")
                xdotool("type", "--delay", KEY_DELAY_MS, reason(place))
            keys("ctrl+Return")
        until(lambda: progress() >= PAIRS, f"only {progress()} of {PAIRS} were submitted")
        keys("ctrl+q")
        assert program.wait(timeout=PATIENCE_S) == 0
    finally:
        if program.poll() is None:
            program.send_signal(signal.SIGTERM)
        said = program.communicate(timeout=60)[0]
    assert "Traceback" not in said, said

    with Project.open(path) as project:
        for place, one in enumerate(assigned):
            own = project.preferences.own("Duel", "Ada", (one.number, one.reading))[OVERALL]
            assert own.choice is not None
            given = (as_shown(own.choice, one.left), own.strength), own.reason
            assert given == (CHOICES[place % 5][1], reason(place)), f"pair {place}"
            assert own.left == one.left
