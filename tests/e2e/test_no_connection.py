"""The main job, by command and in a real window, watched at the system calls."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

WITHIN = {"AF_UNIX", "AF_NETLINK", "AF_UNSPEC"}
"""The display and D-Bus; the kernel's own tables; the end of a datagram socket's partner."""
CALL = re.compile(r"\b(connect|bind)\(.*?sa_family=(AF_\w+)")


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_main_job_speaks_to_nobody(repository: Path, tmp_path: Path) -> None:
    tracer = shutil.which("strace")
    if tracer is None:
        pytest.skip("strace is not installed")
    if subprocess.run([tracer, "-o", os.devnull, "true"], check=False).returncode:
        pytest.skip("this machine does not let one process watch another")
    log = tmp_path / "calls"
    job = [
        *(sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-o", "timeout=600"),
        *("tests/e2e/test_main_job.py", "tests/e2e/test_keyboard_labelling.py"),
    ]
    done = subprocess.run(
        [
            tracer,
            "-f",
            "-qq",
            "--seccomp-bpf",
            "-e",
            "trace=socket,connect,bind",
            "-o",
            str(log),
            *job,
        ],
        cwd=repository,
        env={**os.environ, "CI": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    calls = log.read_text("utf-8", "replace").splitlines()
    spoken = [(line, found[2]) for line in calls if (found := CALL.search(line))]
    assert not [line for line, family in spoken if family not in WITHIN]
    opened = [line for line in calls if "socket(" in line]
    assert opened, "the watch saw no socket at all, not even of the display"
    assert not [line for line in opened if re.search(r"socket\((?!AF_UNIX|AF_NETLINK)", line)]
