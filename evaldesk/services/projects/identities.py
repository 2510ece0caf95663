"""This person's keys, the cards of others, and whom a project trusts."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from evaldesk.credentials.identities import AskPassphrase, Identity, IdentityStore, KeptIdentity
from evaldesk.credentials.signatures import is_signed
from evaldesk.domain.cards import SignedCard, read_card
from evaldesk.domain.errors import EvalDeskError, InputError, NotFoundError, UsageError
from evaldesk.domain.fingerprint_words import words_of
from evaldesk.domain.identity import Role
from evaldesk.domain.person_names import can_be_shown, look
from evaldesk.domain.trust import Trusted
from evaldesk.settings.locations import data_folder

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_LONGEST = 65_536


@dataclass(frozen=True, slots=True)
class OwnIdentity:
    """One of this machine's identities, as it is shown.

    Attributes:
        words: of the fingerprint, to compare.
        where: its private half lies: ``keyring`` or ``file``.
        line: its card in one line, to hand out.
    """

    name: str
    fingerprint: str
    words: str
    where: str
    created_at: str
    expires_at: str
    line: str


def identity_store() -> IdentityStore:
    """Where this person's keys are kept: below the program's own folder."""
    return IdentityStore(data_folder() / "identities")


def own_identities() -> list[OwnIdentity]:
    """All identities of this machine, oldest first; no private half is opened."""
    return [shown(one) for one in identity_store().list()]


def shown(kept: KeptIdentity) -> OwnIdentity:
    """What is told of an identity."""
    card = kept.card
    return OwnIdentity(
        name=card.name,
        fingerprint=card.fingerprint,
        words=words_of(card.fingerprint),
        where=kept.where,
        created_at=card.created_at,
        expires_at=card.expires_at,
        line=kept.signed_card.line,
    )


def kept_identity(name: str) -> KeptIdentity:
    """The newest identity of a name.

    Raises:
        NotFoundError: this machine has none; offers the nearest.
    """
    store = identity_store()
    found = store.find(name)
    if found is None:
        raise NotFoundError.among("identity", name, [one.card.name for one in store.list()])
    return found


def own_identity(name: str, own_name: str, passphrase: AskPassphrase) -> Identity:
    """This person's keys, opened.

    Args:
        name: whose; empty for those of ``own_name``, else the only ones that this machine has,
            else new ones, where it has none yet.

    Raises:
        NotFoundError: none of that name; or no name, and several that it could be.
        NotAllowedError: there is neither a keyring nor a passphrase, or it is another one.
    """
    store = identity_store()
    kept = store.list()
    if not name and not kept:
        return store.make(own_name, passphrase)
    found = store.find(name or own_name)
    if found is None and not name and len({one.card.name for one in kept}) == 1:
        found = kept[-1]
    return store.unlock(found or kept_identity(name or own_name), passphrase)


def quiet_signer(name: str) -> Identity | None:
    """This person's keys where they can be had without asking anything: made already, and in the
    system's keyring. None otherwise: what they do then stands in the log by name only.
    """
    store = identity_store()
    found = store.find(name)
    if found is None or found.where != "keyring":
        return None
    try:
        return store.unlock(found, _never_asked)
    except EvalDeskError:
        return None


def _never_asked(*_: object) -> str:
    return ""


def openers(passphrase: AskPassphrase) -> tuple[Callable[[bytes], bytes], ...]:
    """What opens a project that is encrypted to one of this machine's identities. No private half
    is touched before something is to be opened.
    """

    def opener(kept: KeptIdentity) -> Callable[[bytes], bytes]:
        return lambda sealed: identity_store().unlock(kept, passphrase).unseal(sealed)

    return tuple(opener(kept) for kept in reversed(identity_store().list()))


def passphrase_from(key_file: Path | None) -> AskPassphrase:
    """Where a command finds the passphrase of an identity: the file, else the environment variable
    EVALDESK_IDENTITY_PASSPHRASE, else EVALDESK_PASSPHRASE.

    Args:
        key_file: its text without spaces at both ends; None for no file.

    Raises:
        InputError: the file cannot be read, or is empty.
    """
    given: str | None = None
    if key_file is not None:
        try:
            with key_file.open("rb") as file:
                given = file.read(_LONGEST).decode("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise InputError("The key file cannot be read.", path=str(key_file)) from error
        if not given:
            raise InputError("The key file is empty.", path=str(key_file))
    else:
        named = ("EVALDESK_IDENTITY_PASSPHRASE", "EVALDESK_PASSPHRASE")
        given = next((os.environ[name] for name in named if os.environ.get(name)), None)
    return lambda _: given


def checked_card(content: bytes | str, path: str = "") -> SignedCard:
    """A card that was handed over; its owner's signature was checked.

    Raises:
        InputError: it is no card, damaged, or somebody changed it.
    """
    signed = read_card(content, path)
    if not is_signed(signed.card.sign_key, signed.signature, signed.signed_bytes):
        raise InputError(
            "The card was changed after it was made: its signature does not fit.",
            "Have it sent again, and compare the fingerprint's words.",
            path=path,
        )
    return signed


def card_from(file_or_line: str) -> SignedCard:
    """A card from a file, or from its one-line form.

    Raises:
        InputError: there is no such file, or it is no card.
    """
    if file_or_line.startswith("evaldesk-card:"):
        return checked_card(file_or_line)
    path = Path(file_or_line)
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST)
    except OSError as error:
        raise InputError("The card cannot be read.", path=file_or_line) from error
    return checked_card(content, file_or_line)


def write_card(name: str, path: Path) -> KeptIdentity:
    """Write the card of one of this machine's identities, to be handed out.

    Raises:
        NotFoundError: this machine has none of that name. InputError: it cannot be written.
    """
    kept = kept_identity(name)
    text = json.dumps(kept.signed_card.to_json(), ensure_ascii=False, indent=1)
    try:
        path.write_text(text + "\n", "utf-8")
    except OSError as error:
        raise InputError("The card cannot be written there.", path=str(path)) from error
    return kept


def find_trusted(project: "Project", name_or_key: str) -> Trusted:
    """Somebody that a project trusts or did, by name or by the beginning of a fingerprint.

    Raises:
        NotFoundError: nobody; offers the nearest.
    """
    known = project.trust.all()
    named = [one for one in known if one.name == name_or_key]
    if not named and len(name_or_key) >= 8:
        named = [one for one in known if one.fingerprint.startswith(name_or_key.lower())]
    if not named:
        raise NotFoundError.among("trusted person", name_or_key, [one.name for one in known])
    return next((one for one in reversed(named) if one.state == "trusted"), named[-1])


def trust(
    project: "Project",
    signed_card: SignedCard,
    role: Role,
    author: str,
    *,
    name: str = "",
    reason: str = "",
    expires_at: str = "",
) -> Trusted:
    """Accept what this person signs, as far as the role goes. The project's log keeps it.

    Raises:
        UsageError: another key is trusted here under that name, or under one that looks like it;
            what is sent to the one would be sealed to the other.
    """
    wanted = name or signed_card.card.name
    if not can_be_shown(wanted):
        raise UsageError("The name is too long, or holds characters that are not seen.")
    for one in project.trust.all():
        same = one.fingerprint == signed_card.card.fingerprint
        if one.state == "trusted" and not same and look(one.name) == look(wanted):
            raise UsageError(
                f"{one.name} is trusted here with another key ({words_of(one.fingerprint)}).",
                "Is it the same person with a new key, whose words you compared? Then revoke the "
                "old one first. If not, trust this one under another name (`--name`).",
            )
    return project.trust.trust(
        signed_card, role, author, name=name, reason=reason, expires_at=expires_at
    )


def revoke(
    project: "Project", name_or_key: str, author: str, reason: str, *, compromised: bool = False
) -> Trusted:
    """Accept nothing more that this person signs from now on. What came in before stays.

    Args:
        compromised: refuse what carries an earlier date as well, since somebody else may have
            the key.

    Raises:
        NotFoundError: nobody of that name or key is trusted.
        UsageError: no reason, or it is revoked already.
    """
    found = find_trusted(project, name_or_key)
    return project.trust.revoke(found.fingerprint, author, reason, compromised=compromised)
