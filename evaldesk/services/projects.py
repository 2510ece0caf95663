"""Making, opening and checking projects."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from evaldesk.domain.errors import DamagedError
from evaldesk.domain.project import Fault
from evaldesk.storage import integrity
from evaldesk.storage.project import Project


def create_project(path: Path, name: str = "", network: str = "none") -> Project:
    """Make a project; raises ProjectError where the file exists or cannot be written."""
    return Project.create(path, name, network)


def open_project(path: Path) -> Project:
    """Open a project; raises ProjectError in words where it cannot be."""
    return Project.open(path)


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether a file is whole.

    Attributes:
        checked: how many scenarios, traces, versions, answers and rulings were read.
        faults: what was found; empty where it is whole.
    """

    checked: int
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


def verify(
    path: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> Verification:
    """Read a project from end to end and compare every content with its id.

    Raises:
        ProjectError: it is no project, or cannot be opened for another reason than damage.
    """
    try:
        with Project.open(path) as project:
            checked, faults = integrity.check(project.database, progress)
    except DamagedError as error:
        return Verification(0, (Fault("file", error.message),))
    return Verification(checked, tuple(faults))


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
        return hashlib.file_digest(copy, "sha256").hexdigest()
