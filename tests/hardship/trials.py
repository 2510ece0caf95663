"""A process is killed, its disk fills up or its folder becomes read-only, at a random moment; then
everything that was shown as saved must be there, and the file whole.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from evaldesk.domain.errors import EvalDeskError
from evaldesk.services.projects.encryption import unlock_with
from evaldesk.services.projects.opening import open_project, verify
from tests.hardship.jobs import JOBS, PASSPHRASE
from tests.hardship.models import ITEMS, prepare

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
HARDSHIPS = ("kill", "full", "read-only")


class Broken(AssertionError):
    """Something that was shown as saved is gone, or a file is not whole."""


@dataclass
class Told:
    """What a process said, and how it ended."""

    lines: list[str] = field(default_factory=list)
    code: int | None = None

    def after(self, word: str) -> list[str]:
        """What it said after a word, each time."""
        return [line.removeprefix(word).strip() for line in self.lines if line.startswith(word)]


def can_fill() -> bool:
    """Whether a small disk can be made: only by root, where mounting is allowed."""
    if sys.platform != "linux" or os.geteuid():
        return False
    probe = subprocess.run(["unshare", "-m", "true"], check=False, capture_output=True)
    return probe.returncode == 0 and shutil.which("mount") is not None


def can_drop() -> bool:
    """Whether rights mean anything: root has them all, and becomes nobody."""
    return sys.platform != "win32"


class Nursery:
    """Where the processes come from."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.hardship.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.errors: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        self.errors.extend(self._process.stderr)

    def run(self, job: str, folder: Path, seed: str, user: int | None, then: "Hardship") -> Told:
        """One process, and what it said until it died."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(
            json.dumps({"job": job, "folder": str(folder), "seed": seed, "user": user}) + "\n"
        )
        stdin.flush()
        told = Told()
        for line in stdout:
            word, _, rest = line.strip().partition(" ")
            if word == "pid":
                then.born(int(rest))
            elif word == "ready":
                then.begun()
            if word == "died":
                told.code = int(rest)
                then.over()
                return told
            told.lines.append(line.strip())
        raise Broken("the nursery died: " + "".join(self.errors)[-2000:])

    def close(self) -> None:
        """No more processes."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        for pipe in (self._process.stdout, self._process.stderr):
            assert pipe is not None
            pipe.close()


class Hardship:
    """Strikes once, some time after the work has begun."""

    def __init__(self, kind: str, folder: Path, delay: float) -> None:
        self._kind = kind
        self._folder = folder
        self._delay = delay
        self._pid = 0
        self._timer: threading.Timer | None = None
        self._begun = 0.0
        self.lasted = 0.0

    def born(self, pid: int) -> None:
        """The process is there."""
        self._pid = pid

    def begun(self) -> None:
        """It is at work."""
        self._begun = time.perf_counter()
        self._timer = threading.Timer(self._delay, self._strike)
        self._timer.start()

    def over(self) -> None:
        """It is gone, and the machine is well again."""
        self.lasted = time.perf_counter() - self._begun
        if self._timer is not None:
            self._timer.cancel()
            self._timer.join()
        if self._kind == "read-only":
            self._folder.chmod(0o777)
        elif self._kind == "full":
            (self._folder / "ballast").unlink(missing_ok=True)

    def _strike(self) -> None:
        if self._kind == "kill":
            try:
                os.kill(self._pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        elif self._kind == "read-only":
            self._folder.chmod(0o555)
        elif self._kind == "full":
            fill(self._folder)


def fill(folder: Path) -> None:
    """Leave nothing on the disk."""
    with (folder / "ballast").open("ab", buffering=0) as ballast:
        for block in (1 << 20, 1 << 12):
            try:
                while True:
                    if ballast.write(bytes(block)) < block:
                        break
            except OSError:
                continue


@contextmanager
def disk(folder: Path, small: bool) -> Iterator[None]:
    """The folder, on a disk of 24 MB of its own where asked for."""
    folder.mkdir()
    if small:
        command = ["mount", "-t", "tmpfs", "-o", "size=24m,mode=777", "tmpfs", str(folder)]
        subprocess.run(command, check=True)
    folder.chmod(0o777)
    try:
        yield
    finally:
        if small:
            subprocess.run(["umount", "-l", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass
class Outcome:
    """What came of the trials: (job, hardship, how it ended) → how often; what was found."""

    ends: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)


def run(
    work: Path, runs: int, seed: int, hardships: tuple[str, ...], jobs: tuple[str, ...]
) -> Outcome:
    """Many trials, one job and hardship after the other in turn."""
    outcome = Outcome()
    models = prepare(work / "models")
    # How long each takes when nothing happens, so that the blow falls within.
    lasts: dict[str, float] = {}
    nursery = Nursery()
    try:
        # The first of all also warms up; the second tells how long it takes.
        for number in range(-2 * len(jobs), runs):
            job = jobs[number % len(jobs)]
            kind = hardships[number // len(jobs) % len(hardships)] if number >= 0 else "nothing"
            chance = random.Random(f"{seed}/{number}")
            delay = lasts.get(job, 3600.0) * chance.random() * 1.1
            told, problems = one(
                nursery, work / f"trial{number}", models[job], job, kind, delay, seed
            )
            if number < 0:
                lasts[job] = float(told.after("lasted")[0])
                if told.code:
                    raise Broken(f"{job} fails by itself: {told.lines} {nursery.errors[-20:]}")
            end = {0: "done", -9: "killed", None: "?"}.get(told.code, "refused")
            outcome.ends[job, kind, end] += 1
            outcome.broken += [f"{job}, {kind}, trial {number}: {what}" for what in problems]
    finally:
        nursery.close()
    return outcome


def one(
    nursery: Nursery, folder: Path, model: Path, job: str, kind: str, delay: float, seed: int
) -> tuple[Told, list[str]]:
    """One process and its hardship, and what is wrong afterwards.

    Args:
        model: a folder with what the job begins with.
    """
    with disk(folder, kind == "full"):
        shutil.copytree(model, folder, dirs_exist_ok=True)
        folder.chmod(0o777)
        user = NOBODY if kind == "read-only" and not os.geteuid() else None
        if user is not None:
            for path in (folder, *folder.rglob("*")):
                os.chown(path, user, user)
        errors = len(nursery.errors)
        hardship = Hardship(kind, folder, delay)
        told = nursery.run(job, folder, f"{seed}/{folder.name}", user, hardship)
        told.lines.append(f"lasted {hardship.lasted}")
        try:
            problems = list(check(folder, job, told))
        except EvalDeskError as error:
            left = sorted((path.name, path.stat().st_size) for path in folder.iterdir())
            problems = [f"cannot be opened: {error} {left} {told.lines[-3:]}"]
        if told.code == 99:
            problems.append("a fault: " + "".join(nursery.errors[errors:])[-1500:])
        if kind != "kill" and told.code == -9:
            problems.append("died by itself")
        (folder.parent / f"{folder.name}.jsonl").unlink(missing_ok=True)
        return told, problems


def check(folder: Path, job: str, told: Told) -> Iterator[str]:
    """What is wrong with a project after its process is gone."""
    path = folder / ("old.evaldesk" if job == "migrate" else "p.evaldesk")
    unlock = unlock_with(PASSPHRASE, keyring=False)
    found = verify(path, unlock=unlock)
    yield from (f"{fault.where}: {fault.what}" for fault in found.faults)
    with open_project(path, unlock) as project:
        with project.database.read() as connection:
            answers = set(connection.exec_driver_sql("SELECT id FROM answer").scalars())
        traces = project.info().traces
    lost = set(told.after("answer")) - answers
    if lost:
        yield f"{len(lost)} answers shown as saved are gone"
    if job == "label" and len(answers) > len(told.after("answer")) + 1:
        yield "answers that nobody was told of"
    if job == "merge" and len(answers) not in (0, ITEMS):
        yield f"{len(answers)} of {ITEMS} answers were merged"
    if told.after("merged") and not answers:
        yield "what was merged is gone"
    if job == "migrate":
        if traces != 12:
            yield f"{traces} of 12 traces are left"
        yield from half_copies(folder.glob("*.backup*.evaldesk"), "a backup")
    elif job == "import":
        asked = int(told.after("ready")[0]) if told.after("ready") else 0
        if traces not in (ITEMS, ITEMS + asked) or (told.after("imported") and traces == ITEMS):
            yield f"{traces - ITEMS} of {asked} traces were imported"
    elif traces != ITEMS:
        yield f"{traces} of {ITEMS} traces are left"
    copy = folder / "copy.evaldesk"
    if job == "back up":
        yield from half_copies([copy] if copy.exists() else [], "a copy")
        if told.after("copied") and not copy.exists():
            yield "the copy is gone"


def half_copies(paths: Iterable[Path], what: str) -> Iterator[str]:
    """Of copies that are there under their names, those that are not whole."""
    for path in paths:
        with tempfile.TemporaryDirectory() as apart:
            if verify(Path(shutil.copy(path, apart))).faults:
                yield f"{what} is there that is not whole"


__all__ = ["HARDSHIPS", "JOBS", "Broken", "Outcome", "can_drop", "can_fill", "run"]
