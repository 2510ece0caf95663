"""Package files: written whole or not at all, read up to a limit, found in a shared folder."""

import contextlib
import os
import tempfile
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from evaldesk.domain.errors import InputError
from evaldesk.exchange.container import MOST_BYTES, SEALED, SUFFIX


@dataclass(frozen=True, slots=True)
class Written:
    """A package that was written.

    Attributes:
        items: traces out, or answers back.
        to: the reader's name.
    """

    path: str
    items: int
    sha256: str
    to: str


@dataclass(frozen=True, slots=True)
class Found:
    """A package that lies in a watched folder.

    Attributes:
        state: size and time of change; a file of the same state was seen already.
    """

    path: Path
    state: tuple[int, int]


def write_file(path: Path, content: bytes) -> None:
    """Write a file under its name only once it is whole.

    Raises:
        InputError: it exists, or cannot be written.
    """
    if path.exists() or path.is_symlink():
        raise InputError("The file exists already.", "Choose another name.", path=str(path))
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=".package-")
    except OSError as error:
        raise _unwritable(path) from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.unlink(name)
        if isinstance(error, OSError):
            raise _unwritable(path) from error
        raise


def read_file(path: Path) -> bytes:
    """A package's bytes.

    Raises:
        InputError: it is no file, cannot be read, or is larger than a package may be.
    """
    try:
        if not path.is_file():
            raise InputError("There is no such file.", path=str(path))
        if path.stat().st_size > MOST_BYTES:
            raise InputError("The file is larger than any package.", path=str(path))
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise InputError("The file cannot be read.", path=str(path)) from error


def new_packages(folder: Path, seen: Collection[Found] = ()) -> list[Found]:
    """The packages in a folder that were not seen there before, oldest first. Links are not
    followed, and files that are still being written under another name are not taken.

    Args:
        seen: what earlier calls gave; asked again with it, nothing comes twice.

    Raises:
        InputError: the folder cannot be read.
    """
    known = {(one.path, one.state) for one in seen}
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if not entry.name.endswith(SUFFIX) or not entry.is_file(follow_symlinks=False):
                    continue
                state = entry.stat(follow_symlinks=False)
                one = Found(Path(entry.path), (state.st_size, state.st_mtime_ns))
                if (one.path, one.state) in known or not _looks_sealed(one.path):
                    continue
                found.append(one)
    except OSError as error:
        raise InputError("The folder cannot be read.", path=str(folder)) from error
    return sorted(found, key=lambda one: (one.state[1], one.path.name))


def _looks_sealed(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(SEALED)) == SEALED
    except OSError:
        return False


def _unwritable(path: Path) -> InputError:
    return InputError("The file cannot be written there.", path=str(path))
