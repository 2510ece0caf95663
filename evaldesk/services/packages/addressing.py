"""Whose keys a package wants: on one machine there may be several people's."""

from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.credentials.identities import AskPassphrase, Identity, KeptIdentity
from evaldesk.domain.errors import InputError, NotAllowedError
from evaldesk.exchange import container
from evaldesk.services.packages.files import read_file
from evaldesk.services.packages.working import reader_of
from evaldesk.services.projects.identities import identity_store, kept_identity

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


def addressee_of(
    path: Path, name: str, passphrase: AskPassphrase, *, reader: bool = False
) -> Identity:
    """Whichever of this machine's identities a package is sealed to.

    Args:
        name: whose is tried first.
        reader: its reader's rather than its sender's, who can open it as well, if both are here.

    Raises:
        NotAllowedError: it is sealed to none of them, or what would open them is missing.
        NotFoundError: this machine has no identity. InputError: the file cannot be read.
    """
    content = read_file(path)
    refused: NotAllowedError | None = None
    store, all_kept = identity_store(), _kept(name)
    for kept in all_kept:
        try:
            identity = store.unlock(kept, passphrase)
            wanted = container.unsealed(content, identity).manifest.reader["fingerprint"]
        except NotAllowedError as error:
            refused = refused or error
        except InputError:
            return identity  # it is damaged, and whoever checks it says how
        else:
            fitting = [one for one in all_kept if one.card.fingerprint == wanted]
            return store.unlock(fitting[0], passphrase) if reader and fitting else identity
    assert refused is not None
    raise refused


def reader_identity(project: "Project", name: str, passphrase: AskPassphrase) -> Identity:
    """The identity that a package project was sealed to.

    Args:
        name: whose is taken where this machine does not have that one.

    Raises:
        UsageError: the project was not made of a package.
        NotAllowedError: what would open it is missing. NotFoundError: there is no identity.
    """
    wanted = reader_of(project)
    kept = _kept(name)
    fitting = [one for one in kept if one.card.fingerprint == wanted]
    return identity_store().unlock((fitting or kept)[0], passphrase)


def _kept(name: str) -> list[KeptIdentity]:
    kept = sorted(identity_store().list(), key=lambda one: one.card.name != name)
    return kept or [kept_identity(name)]
