"""kill -9 while labelling: every answer that was shown as saved is there, the file is sound."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.storage import integrity
from evaldesk.storage.project import Project

ITEMS = 40
RUBRIC = Rubric.from_json(
    {
        "name": "Support",
        "criteria": [
            {"name": "success", "scale": {"kind": "binary"}},
            {"name": "tone", "scale": {"kind": "ordinal", "points": [1, 2, 3, 4, 5]}},
        ],
        "failure_modes": [{"name": "wrong_action"}, {"name": "false_report"}],
    }
)

# Imports once, then forks one labeller after another: each is a process of its own that is killed
# like any, and begins with opening the file that the one before it left behind.
NURSERY = """
import os, random, sys
from pathlib import Path
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY
from evaldesk.services.labelling import review
from evaldesk.storage.project import Project


def say(*words):
    # One write to a pipe is whole or not there, whatever happens to the process.
    os.write(1, (" ".join(map(str, words)) + "\\n").encode())


def label(path, seed):
    chance = random.Random(seed)
    project = Project.open(Path(path))
    rubric = project.rubrics.get("Support")
    queue = review.queue(project, rubric, "ada")
    choices = {
        "success": lambda: chance.choice(["yes", "no"]),
        "tone": lambda: chance.choice([1, 2, 3, 4, 5]),
        COMMENT: lambda: "word " * chance.randrange(400),
        FAILURE_MODES: lambda: chance.choice([["wrong_action"], ["false_report"], []]),
        SEVERITY: lambda: chance.choice(["S1", "S2", "S3", "S4", None]),
    }
    say("ready", os.getpid())
    while True:
        pk = chance.choice(queue.pks)
        field = chance.choice(list(choices))
        given = review.answer(project, rubric, pk, field, "ada", choices[field]())
        if given.id:
            say("answer", given.id)
        if chance.random() < 0.2 and not review.missing(
            rubric, review.answers(project, rubric, pk, "ada")
        ):
            review.submit(project, rubric, pk, "ada")
            say("submitted", pk)


for line in sys.stdin:
    pid = os.fork()
    if not pid:
        label(sys.argv[1], int(line))
    _, status = os.waitpid(pid, 0)
    say("died", os.waitstatus_to_exitcode(status))
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "killed.evaldesk"
    with Project.create(path) as project:
        with project.ingest("made") as writer:
            writer.run("made", system="", dataset="", details={})
            for number in range(ITEMS):
                scenario = Scenario(key=f"RET-{number:03}", input=f"question {number}")
                body = {"messages": [{"role": "user", "parts": []}]}
                writer.add(TraceRecord(scenario, body), "made")  # type: ignore[arg-type]
            writer.finish("")
        project.rubrics.save(RUBRIC, "ada")
    return path


@pytest.fixture
def nursery(tmp_path: Path, path: Path, repository: Path) -> Iterator["subprocess.Popen[str]"]:
    script = tmp_path / "nursery.py"
    script.write_text(NURSERY, "utf-8")
    process = subprocess.Popen(
        [sys.executable, str(script), str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )
    assert process.stdin is not None
    assert process.stdout is not None
    with process:
        yield process
        process.kill()


def _label_and_kill(nursery: "subprocess.Popen[str]", seed: int) -> list[str]:
    """What the labeller said was saved before it was killed at a random moment."""
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write(f"{seed}\n")
    nursery.stdin.flush()
    word, _, pid = nursery.stdout.readline().partition(" ")
    assert word == "ready"
    # Some die in the very first answers, some later, and at any point of a transaction.
    time.sleep(random.Random(seed).random() ** 2 * 0.4)
    os.kill(int(pid), signal.SIGKILL)
    lines: list[str] = []
    for line in nursery.stdout:
        if line.startswith("died"):
            assert int(line.split()[1]) == -signal.SIGKILL
            return lines
        lines.append(line)
    raise AssertionError("the nursery ended")


def _check(path: Path, lines: list[str], before: set[str]) -> set[str]:
    """The ids of all answers in the file, after making sure that nothing is lost."""
    with Project.open(path) as project:
        faults = integrity.check(project.database).faults
        assert faults == []
        with project.database.read() as connection:
            ids = {row[0] for row in connection.exec_driver_sql("SELECT id FROM answer")}
            submitted = [
                row[0] for row in connection.exec_driver_sql("SELECT trace_pk FROM submission")
            ]
        # The view over what is appended is whole as well.
        for pk in set(submitted):
            assert {"success", "tone"} <= set(project.ratings.own(pk, "Support", "ada"))
    saved = {line.split()[1] for line in lines if line.startswith("answer ")}
    assert saved <= ids, f"{len(saved - ids)} answers shown as saved are gone"
    assert before <= ids
    # At most the one that was being confirmed is there without having been said.
    assert len(ids - before - saved) <= 1
    for pk in {int(line.split()[1]) for line in lines if line.startswith("submitted ")}:
        assert pk in submitted
    return ids


def _kill_times(times: int, nursery: "subprocess.Popen[str]", path: Path) -> int:
    ids: set[str] = set()
    for seed in range(times):
        lines = _label_and_kill(nursery, seed)
        ids = _check(path, lines, ids)
    return len(ids)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_answers_shown_as_saved_outlive_kill(nursery: "subprocess.Popen[str]", path: Path) -> None:
    assert _kill_times(15, nursery, path) > 15


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.timeout(600)
def test_answers_shown_as_saved_outlive_a_hundred_kills(
    nursery: "subprocess.Popen[str]", path: Path
) -> None:
    assert _kill_times(100, nursery, path) > 100
