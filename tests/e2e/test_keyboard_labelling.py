"""A rater labels sixty real traces by keyboard alone, in the real window of the real program.

Keys come from outside, through the X server, as fast as a quick typist's and without waiting for
the window; so a key that is lost, a focus that is stuck or an answer that goes to another item
shows in what lies on the disk.
"""

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from evaldesk.domain.query import TraceQuery
from evaldesk.domain.round import Assigned
from evaldesk.domain.rubric import COMMENT
from evaldesk.domain.rubric_reading import read_rubric
from evaldesk.services.importing.traces import TraceImport, import_files
from evaldesk.services.rounds.planning import RoundPlan, start_round
from evaldesk.storage.project import Project

ITEMS = 60
PATIENCE_S = 240
KEY_DELAY_MS = 25
"""Forty keys a second, several times what hands do."""
RUBRIC = read_rubric(
    {
        "name": "Airline",
        "criteria": [
            {"name": "solved", "scale": {"kind": "binary"}},
            {"name": "tool", "scale": {"kind": "ordinal", "points": ["wrong", "partly", "right"]}},
            {"name": "tone", "scale": {"kind": "nominal", "points": ["cold", "plain", "warm"]}},
            {"name": "turns", "scale": {"kind": "ratio", "maximum": 999}},
            {"name": "remark", "scale": {"kind": "text"}},
        ],
    }
)


@pytest.fixture
def display(tmp_path: Path) -> Iterator[str]:
    """A display of its own, with no window manager and no mouse."""
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed; labelling in a real window was not tried")
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1280x800x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    with os.fdopen(read) as told:
        number = told.readline().strip()
    if not number:
        server.wait()
        pytest.skip("Xvfb does not start; labelling in a real window was not tried")
    yield f":{number}"
    server.terminate()
    server.wait()


def until(holds: Callable[[], bool], what: str) -> None:
    begun = time.monotonic()
    while not holds():
        assert time.monotonic() - begun < PATIENCE_S, what
        time.sleep(0.2)


def prepared(path: Path, shared_data: Path) -> list[Assigned]:
    """A project of real traces with a round of sixty for Ada, and what she is to go through."""
    with Project.create(path) as project:
        files = sorted((shared_data / "traces" / "tau2").glob("*.json.gz"))
        import_files(project, files, TraceImport(author="Olga"))
        assert len(project.traces.ids(TraceQuery())) >= ITEMS
        project.rubrics.save(RUBRIC, "Olga")
        plan = RoundPlan("Sixty", "Airline", ("Ada",), sample=ITEMS, seed=4)
        start_round(project, plan, "Olga")
        return project.rounds.assigned("Sixty", "Ada")


def wanted(place: int) -> dict[str, object]:
    return {
        "solved": ("no", "yes")[place % 2],
        "tool": ("wrong", "partly", "right")[place % 3],
        "tone": ("cold", "plain", "warm")[place // 3 % 3],
        "turns": float(10 + place),
        "remark": f"seen {place}, fine",
    }


@pytest.mark.timeout(600)
def test_sixty_real_traces_by_keyboard_alone(
    tmp_path: Path, shared_data: Path, display: str, repository: Path
) -> None:
    path = tmp_path / "airline.evaldesk"
    assigned = prepared(path, shared_data)
    (tmp_path / "config").mkdir()
    settings = {"user": "Ada", "theme": "light"}
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
        # Beside the program, which holds the project.
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as beside:
            found = beside.execute("SELECT count(*) FROM submission WHERE state = 'submitted'")
            return int(found.fetchone()[0])

    try:
        window = xdotool("search", "--sync", "--onlyvisible", "--name", "EvalDesk").split()[0]
        until(lambda: "airline" in title(), "the project opens")
        xdotool("windowfocus", "--sync", window)
        # She begins where the program leads her: behind the veil stands the way to her queue.
        keys("ctrl+3")
        time.sleep(3)
        for place in range(ITEMS):
            answers = [str(place % 2 + 1), str(place % 3 + 1), str(place // 3 % 3 + 1)]
            keys(*answers, *str(10 + place), "Return", "Return")
            xdotool("type", "--delay", KEY_DELAY_MS, f"seen {place}, fine")
            keys("ctrl+Return")
        until(lambda: progress() >= ITEMS, f"only {progress()} of {ITEMS} were submitted")
        keys("ctrl+q")
        assert program.wait(timeout=PATIENCE_S) == 0
    finally:
        if program.poll() is None:
            program.send_signal(signal.SIGTERM)
        said = program.communicate(timeout=60)[0]
    assert "Traceback" not in said, said

    with Project.open(path) as project:
        for place, one in enumerate(assigned):
            own = project.ratings.own(one.trace_pk, "Airline", "Ada", round="Sixty")
            given = {name: answer.value for name, answer in own.items()}
            assert COMMENT not in given
            assert given == wanted(place), f"item {place}"
        states = project.ratings.progress("Airline", "Ada", round="Sixty")
        assert {state for state, _ in states.values()} == {"submitted"}
        assert len(states) == ITEMS
