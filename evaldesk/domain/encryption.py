"""Who can open an encrypted project, and with what."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

HolderKind = Literal["passphrase", "keyring", "both", "card"]
"""``both``: passphrase and keyring together. ``card``: the private key of the holder's card."""

KEY_FILE_ENDING = ".keys"


@dataclass(frozen=True, slots=True)
class KeyHolder:
    """One way to open a project.

    Attributes:
        id: of this way. name: of the person; one person may have several ways.
        since: ISO 8601.
    """

    id: str
    name: str
    kind: HolderKind
    since: str


def key_file_of(project: Path) -> Path:
    """Where the key slots of an encrypted project lie: ``NAME.evaldesk.keys`` beside it."""
    return project.with_name(project.name + KEY_FILE_ENDING)
