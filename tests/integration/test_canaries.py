"""A day's work on an encrypted project leaves none of its text anywhere else on the disk.

The day runs under ``strace``, which says every file that was opened for writing, made or renamed.
Each of them is read afterwards, those that were deleted by way of what was written to them; so is
every folder that the program may call its own. Fifty planted strings may stand in the encrypted
project (where they cannot be read) and in the export that was asked for.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

PASSPHRASE = "lantern quorum otter vinegar"
CANARIES = [f"canary{number:02d}x{number * 7919 % 99991:05d}q" for number in range(50)]
# Where canaries are planted: every kind of text that a project holds.
INPUTS, OUTPUTS, KEYS, SLICES, RUNS, COMMENTS, RULINGS, TYPED = (
    CANARIES[:12],
    CANARIES[12:24],
    CANARIES[24:30],
    CANARIES[30:34],
    CANARIES[34:36],
    CANARIES[36:42],
    CANARIES[42:46],
    CANARIES[46:],
)
MARK = re.compile(rb"canary\d\dx\d{5}q")

DAY = """
import os, signal, sys
from pathlib import Path
from evaldesk.cli.main import main

work, source = Path(sys.argv[1]), Path(sys.argv[2])
comments, rulings, typed = (part.split(",") for part in sys.argv[3:6])
project = str(work / "day.evaldesk")


def run(*words, code=0):
    found = main([*words, "--json"])
    assert found == code, (words, found)


run("new", project, "--encrypt", "--name", "Day")
run("import", project, str(source / "one.jsonl"), str(source / "two.jsonl"), "--map",
    str(source / "map.json"))
run("rubric", "import", project, str(source / "rubric.json"))
run("traces", project, "--query", "canary")
run("info", project)

# Labelling, in a process that is killed in the middle of it.
child = os.fork()
if child == 0:
    from evaldesk.domain.rubric import COMMENT
    from evaldesk.services.labelling import review
    from evaldesk.services.projects.encryption import unlock_with
    from evaldesk.services.projects.opening import open_project

    opened = open_project(Path(project), unlock_with(os.environ["EVALDESK_PASSPHRASE"]))
    rubric = opened.rubrics.get("Day")
    queue = review.queue(opened, rubric, "ada")
    for number, pk in enumerate(queue.pks):
        review.answer(opened, rubric, pk, "success", "ada", "yes" if number % 2 else "no")
        review.answer(opened, rubric, pk, COMMENT, "ada", comments[number % len(comments)])
        review.submit(opened, rubric, pk, "ada")
        review.answer(opened, rubric, pk, "success", "ben", "no" if number % 2 else "yes")
        review.submit(opened, rubric, pk, "ben")
    for pk, reason in zip(queue.pks, rulings):
        opened.rulings.append(pk, "Day", "success",
                              "adopt", "yes", reason, "cleo", "")
    for number, text in enumerate(typed):
        opened.set(f"typed {number}", text)
    os.kill(os.getpid(), signal.SIGKILL)
os.waitpid(child, 0)

run("verify", project)
run("export", project, "--xlsx", str(work / "asked" / "report.xlsx"))
run("export", project, "--format", "parquet", "--out", str(work / "asked" / "traces.parquet"))
run("backup", project, "--out", str(work / "copy.evaldesk"))
run("rekey", project)
run("info", str(work / "copy.evaldesk"))
run("traces", project, "--query", "nothing here", "--where", "no_such_name = 1", code=2)
"""


def _sources(folder: Path) -> None:
    folder.mkdir()
    for run in range(2):
        lines = []
        for number in range(12):
            lines.append(
                {
                    "key": KEYS[number % len(KEYS)] + str(number),
                    "question": f"Where is my order? {INPUTS[number]}",
                    "answer": f"It is on its way. {OUTPUTS[number]} run {run}",
                    "topic": SLICES[number % len(SLICES)],
                    "run": RUNS[run],
                }
            )
        name = ("one.jsonl", "two.jsonl")[run]
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    mapping = {
        "scenario": "key",
        "input": "question",
        "output": "answer",
        "run": "run",
        "slices": ["topic"],
    }
    (folder / "map.json").write_text(json.dumps(mapping))
    rubric = {"name": "Day", "criteria": [{"name": "success", "scale": {"kind": "binary"}}]}
    (folder / "rubric.json").write_text(json.dumps(rubric))


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
@pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
def test_no_planted_string_lies_outside_the_project_and_the_exports(tmp_path: Path) -> None:
    source, work, log = tmp_path / "source", tmp_path / "work", tmp_path / "strace.log"
    own = {name: tmp_path / "own" / name for name in ("home", "tmp", "config", "data", "cache")}
    for folder in (work, work / "asked", *own.values()):
        folder.mkdir(parents=True)
    _sources(source)
    script = tmp_path / "day.py"
    script.write_text(DAY)
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(sys.path),
        "EVALDESK_PASSPHRASE": PASSPHRASE,
        "HOME": str(own["home"]),
        "TMPDIR": str(own["tmp"]),
        "XDG_CONFIG_HOME": str(own["config"]),
        "XDG_DATA_HOME": str(own["data"]),
        "XDG_CACHE_HOME": str(own["cache"]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    # Every byte that is written is in the log, up to a length no write here exceeds.
    calls = "openat,open,creat,rename,renameat,renameat2,link,linkat,write,pwrite64,writev,pwritev"
    done = subprocess.run(
        [
            *("strace", "-f", "-y", "-xx", "-s", "70000", "-e", f"trace={calls}", "-o", str(log)),
            *(sys.executable, str(script), str(work), str(source)),
            *(",".join(COMMENTS), ",".join(RULINGS), ",".join(TYPED)),
        ],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]

    # What was written, to whatever file, also one that is gone: only to what was asked for, and to
    # standard output, which is this test.
    asked = str(work / "asked")
    spilled: dict[str, set[bytes]] = {}
    written = re.compile(rb"\b(?:write|pwrite64|writev|pwritev)\(\d+<(.*?)>, (.*)", re.DOTALL)
    paths = 0
    with log.open("rb") as lines:
        for line in lines:
            found = written.search(line)
            if found is None:
                continue
            place = _text(found[1]).decode("utf-8", "replace")
            paths += 1
            if place.startswith((asked, "pipe:", "/dev/")):
                continue
            marks = set(MARK.findall(_text(found[2])))
            if marks:
                spilled.setdefault(place, set()).update(marks)
    assert paths > 1000  # or the log was not read as it is written
    assert spilled == {}

    # What lies there now.
    left: dict[str, set[bytes]] = {}
    for path in tmp_path.rglob("*"):
        skip = (log, script, source, work / "asked")
        if not path.is_file() or any(path == one or one in path.parents for one in skip):
            continue
        marks = set(MARK.findall(path.read_bytes()))
        if marks:
            left[str(path.relative_to(tmp_path))] = marks
    assert left == {}
    assert not list(own["tmp"].iterdir())
    assert not [path for path in tmp_path.rglob("core*") if path.is_file()]
    assert _in_workbook(work / "asked" / "report.xlsx") >= set(INPUTS[:1])  # the search can find
    assert b"Traceback" not in done.stderr
    assert not MARK.search(done.stderr)


def _text(escaped: bytes) -> bytes:
    """What ``strace -xx`` spells, as it was."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes([int(found[1], 16)]), escaped)


def _in_workbook(path: Path) -> set[str]:
    found: set[str] = set()
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            found |= {mark.decode() for mark in MARK.findall(archive.read(name))}
    return found
