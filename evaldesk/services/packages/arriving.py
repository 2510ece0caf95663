"""What kind of package a file is, before anything is made of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.domain.errors import EvalDeskError
from evaldesk.exchange import container
from evaldesk.services.packages.files import read_file

if TYPE_CHECKING:
    from evaldesk.credentials.identities import Identity


@dataclass(frozen=True, slots=True)
class Arrival:
    """A package as its manifest speaks of it.

    Attributes:
        kind: ``assignment`` or ``return``.
        sender: name of whoever signed it. project: name of the one that the assignment is of.
    """

    kind: str
    sender: str
    project: str


def look_at(path: Path, identity: "Identity") -> Arrival:
    """Open a package and check its signature.

    Raises:
        NotAllowedError: it is sealed to somebody else. InputError: it is damaged.
    """
    manifest = container.unsealed(read_file(path), identity).manifest
    return Arrival(manifest.kind, manifest.sender.card.name, str(manifest.project["name"]))


def reader_among(path: Path, identities: "Iterable[Identity]") -> "Identity | None":
    """Whichever of these identities a package is addressed to.

    Raises:
        InputError: the file cannot be read.
    """
    content = read_file(path)
    for one in identities:
        try:
            reader = container.unsealed(content, one).manifest.reader
        except EvalDeskError:
            continue
        if reader["fingerprint"] == one.card.fingerprint:
            return one
    return None
