"""Whether a package is whole and untampered, without taking anything of it in."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.domain.errors import EvalDeskError
from evaldesk.domain.project import Fault
from evaldesk.exchange import container
from evaldesk.services.packages.files import read_file

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity


@dataclass(frozen=True, slots=True)
class CheckedPackage:
    """What a check found.

    Attributes:
        kind: ``assignment`` or ``return``; empty where it could not be opened.
        sender: who signed it. checked: parts that were compared.
    """

    kind: str
    sender: str
    checked: int
    faults: tuple[Fault, ...]


def is_package(path: Path) -> bool:
    """Whether a file begins as packages do."""
    try:
        with path.open("rb") as file:
            return file.read(len(container.SEALED)) == container.SEALED
    except OSError:
        return False


def check_package(path: Path, identity: "Identity") -> CheckedPackage:
    """Open a package and compare seal, signature and every part.

    Raises:
        NotAllowedError: it is addressed to somebody else, or somebody else signed it.
    """
    try:
        package = container.unsealed(read_file(path), identity)
    except EvalDeskError as error:
        if error.exit_code == 5:
            raise
        return CheckedPackage("", "", 0, (Fault("package", error.message),))
    manifest = package.manifest
    return CheckedPackage(manifest.kind, manifest.sender.card.name, len(package.members) + 1, ())
