"""Making, opening and checking projects."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaldesk.credentials.key_file import Unlock
from evaldesk.credentials.signatures import is_signed
from evaldesk.domain.errors import DamagedError
from evaldesk.domain.project import Fault
from evaldesk.services.projects import encryption
from evaldesk.services.projects.encryption import Lock
from evaldesk.storage import integrity
from evaldesk.storage.engine import is_encrypted
from evaldesk.storage.project import Project


def create_project(
    path: Path, name: str = "", network: str = "none", lock: Lock | None = None
) -> Project:
    """Make a project; raises ProjectError where the file exists or cannot be written.

    Args:
        lock: who opens it, and with what; it is not encrypted where None.
    """
    if lock is not None:
        return encryption.create(path, name, network, lock)
    return Project.create(path, name, network)


def open_project(path: Path, unlock: Unlock | None = None) -> Project:
    """Open a project; raises ProjectError in words where it cannot be.

    Args:
        unlock: what an encrypted project is opened with; the system's keyring where None.
    """
    if is_encrypted(path):
        return encryption.open_encrypted(path, unlock)
    return encryption.open_with_key(path, None)


def recovery_code(project: Project) -> str:
    """The code that opens an encrypted project, also without its key file; UsageError if it is
    not encrypted.
    """
    return encryption.recovery_code_of(encryption.data_key(project))


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a file is whole.

    Attributes:
        checked: how many rows, contents and entries of the log were compared.
        faults: what was found, the first first; empty where it is whole.
        signed, unsigned: how many entries of the log.
    """

    checked: int
    faults: tuple[Fault, ...]
    signed: int = 0
    unsigned: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(
    path: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
    unlock: Unlock | None = None,
) -> Verification:
    """Read a project from end to end: compare every content with its id, and everything with what
    the log says of it.

    Args:
        unlock: what an encrypted project is opened with.

    Raises:
        ProjectError: it is no project, or cannot be opened for another reason than damage.
    """
    try:
        with open_project(path, unlock) as project:
            return verify_open(project, progress)
    except DamagedError as error:
        return Verification(0, (Fault("file", error.message),))


def verify_open(
    project: Project, progress: Callable[[int, int], None] = lambda done, total: None
) -> Verification:
    """`verify` for a project that is open.

    Args:
        progress: called with (checked, total); what it raises ends the reading.
    """
    found = integrity.check(project.database, progress, is_signed)
    return Verification(found.things, tuple(found.faults), found.signed, found.unsigned)


def check_quickly(project: Project) -> tuple[str, ...]:
    """Whether SQLite finds the file whole; `verify` reads the contents as well."""
    return tuple(integrity.quick(project.database))


def back_up(project: Project, path: Path) -> str:
    """A whole copy, safe while the project is open.

    Returns:
        SHA-256 of the copy.

    Raises:
        ProjectError: the file exists, or cannot be written.
    """
    project.copy_to(path)
    with path.open("rb") as copy:
        digest = hashlib.file_digest(copy, "sha256").hexdigest()
    project.audit.record("backup.made", {"path": path.name, "sha256": digest})
    return digest
