"""Another process reads the window through the accessibility bus, as a screen reader does."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from evaldesk.services.projects.demo import build_sample

ROOT = "/org/a11y/atspi/accessible/root"
ACCESSIBLE = "org.a11y.atspi.Accessible"
PATIENCE_S = 120
MOST = 400
"""So many parts of the window are read."""
PRESSED = {"push button", "toggle button", "check box", "radio button", "combo box", "text"}


@pytest.fixture
def session(tmp_path: Path) -> Iterator[dict[str, str]]:
    """A display and a message bus of their own."""
    for program in ("Xvfb", "dbus-daemon", "busctl"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed; the accessibility bus was not tried")
    launchers = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
    if not any(map(os.path.exists, launchers)):
        pytest.skip("at-spi2-core is not installed; the accessibility bus was not tried")
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
        pytest.skip("Xvfb does not start; the accessibility bus was not tried")
    bus = subprocess.Popen(
        ["dbus-daemon", "--session", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "DISPLAY": f":{number}"},
    )
    assert bus.stdout is not None
    address = bus.stdout.readline().strip()
    for name in ("config", "data", "run"):
        (tmp_path / name).mkdir(mode=0o700)
    yield {
        **os.environ,
        "DISPLAY": f":{number}",
        "DBUS_SESSION_BUS_ADDRESS": address,
        "XDG_RUNTIME_DIR": str(tmp_path / "run"),
        "EVALDESK_CONFIG_DIR": str(tmp_path / "config"),
        "EVALDESK_DATA_DIR": str(tmp_path / "data"),
        "QT_QPA_PLATFORM": "xcb",
        "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1",
    }
    bus.stdout.close()
    for process in (bus, server):
        process.terminate()
        process.wait()


class Bus:
    """Calls on the accessibility bus."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        found = self._run(
            "--user", "call", "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress"
        )
        self._address = found[0]

    def call(self, name: str, path: str, method: str, *arguments: str) -> Any:
        interface, _, member = method.rpartition(".")
        return self._run(
            f"--address={self._address}", "call", name, path, interface, member, *arguments
        )[0]

    def children(self, name: str, path: str) -> list[tuple[str, str]]:
        return [(one, where) for one, where in self.call(name, path, f"{ACCESSIBLE}.GetChildren")]

    def named(self, name: str, path: str) -> str:
        get = "org.freedesktop.DBus.Properties.Get"
        return str(self.call(name, path, get, "ss", ACCESSIBLE, "Name")["data"])

    def role(self, name: str, path: str) -> str:
        return str(self.call(name, path, f"{ACCESSIBLE}.GetRoleName"))

    def _run(self, *arguments: str) -> Any:
        done = subprocess.run(
            ["busctl", "--json=short", "--timeout=20", *arguments],
            env=self._environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise OSError(done.stderr)
        return json.loads(done.stdout)["data"]


def window_of(bus: Bus) -> tuple[str, str]:
    """The program's window, once it is on the bus."""
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE_S:
        try:
            for program in bus.children("org.a11y.atspi.Registry", ROOT):
                for window in bus.children(*program):
                    if "Support assistant" in bus.named(*window):
                        return window
        except OSError:
            pass  # the program is on its way in
        time.sleep(0.5)
    raise AssertionError("The window never came to the accessibility bus.")


@pytest.mark.timeout(600)
def test_another_process_reads_roles_and_names(tmp_path: Path, session: dict[str, str]) -> None:
    path = build_sample(tmp_path / "sample.evaldesk")
    settings = {"user": "Ines", "theme": "light"}
    (tmp_path / "config" / "settings.json").write_text(json.dumps(settings), "utf-8")
    program = subprocess.Popen(
        [sys.executable, "-m", "evaldesk", str(path)], env=session, stderr=subprocess.DEVNULL
    )
    try:
        bus = Bus(session)
        window = window_of(bus)
        found: list[tuple[str, str]] = []
        level = [window]
        with ThreadPoolExecutor(4) as pool:
            while level and len(found) < MOST:
                roles = list(pool.map(lambda it: bus.role(*it), level))
                names = list(pool.map(lambda it: bus.named(*it), level))
                found += zip(roles, names, strict=True)
                inside = [
                    it
                    for it, role in zip(level, roles, strict=True)
                    if role not in ("table", "list")
                ]
                level = [
                    one for below in pool.map(lambda it: bus.children(*it), inside) for one in below
                ]
    finally:
        program.terminate()
        program.wait()
    pressed = [(role, name) for role, name in found if role in PRESSED]
    words = {name for _, name in found}
    assert {"Overview", "Traces", "Review", "Settings"} <= words
    assert any(role == "table" and name for role, name in found)
    nameless = [role for role, name in pressed if not any(c.isalnum() for c in name)]
    # What is not in sight is on the bus as well, such as the buttons of the welcome.
    assert len(pressed) > 15
    assert nameless == []
