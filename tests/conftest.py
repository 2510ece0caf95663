"""What every test has: no window, no network, no person's preferences, and the shared data."""

import os

# Before anything imports Qt.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# Whatever keyring this machine has is a person's own.
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"

import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parents[1]

settings.register_profile("dev", deadline=None)
settings.register_profile(
    "ci", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test by the folder that it lies in."""
    for item in items:
        for name in ("gui", "real"):
            if (ROOT / "tests" / name) in item.path.parents:
                item.add_marker(name)


class NetworkUsedError(AssertionError):
    """A test, or the program under it, tried to reach the network."""


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse every connection and every question for a name; sockets within the machine's own
    file system stay, since asyncio and Qt use them."""
    local = getattr(socket, "AF_UNIX", None)

    def guard(name: str) -> None:
        real = getattr(socket.socket, name)

        def guarded(self: socket.socket, address: Any, *rest: Any) -> Any:
            if self.family != local:
                raise NetworkUsedError(f"{name} to {address!r}")
            return real(self, address, *rest)

        monkeypatch.setattr(socket.socket, name, guarded)

    def refuse(*what: Any, **_: Any) -> Any:
        raise NetworkUsedError(f"asked for the address of {what!r}")

    for name in ("connect", "connect_ex", "bind", "sendto"):
        guard(name)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket, "gethostbyname", refuse)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a person's preferences and projects out of the tests, and the tests out of theirs."""
    for name in ("EVALDESK_CONFIG_DIR", "EVALDESK_DATA_DIR"):
        monkeypatch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
    monkeypatch.delenv("EVALDESK_PASSPHRASE", raising=False)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files: ``EVALDESK_SHARED_DATA``, or ``shared/data`` beside the project."""
    named = os.environ.get("EVALDESK_SHARED_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not (folder / "MANIFEST.json").is_file():
        pytest.skip(f"no real data: {folder} does not exist (EVALDESK_SHARED_DATA names it)")
    return folder


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the repository."""
    return ROOT
