"""This person's own keys: made on first use, kept in the system's keyring or sealed in a file.

The folder holds one small file for each identity: its card, and where the private half lies. There
is no third place: without a keyring and without a passphrase nothing is made.
"""

import base64
import contextlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaldesk.credentials.keyring_probe import probe
from evaldesk.credentials.sealed_file import DEFAULT, Cost, seal, unseal
from evaldesk.credentials.signatures import is_signed
from evaldesk.domain.cards import SignedCard, card_of, signed_bytes
from evaldesk.domain.errors import InputError, NotAllowedError, NotFoundError, UsageError
from evaldesk.domain.identifiers import now
from evaldesk.domain.identity import Card
from evaldesk.domain.person_names import can_be_shown

SERVICE = "EvalDesk identity"
_FORMAT = 1

AskPassphrase = Callable[[str], str | None]
"""Asked for a passphrase, with what for; None where nobody gives one."""


@dataclass(frozen=True, slots=True)
class Identity:
    """A person's keys. Signs for them, and opens what was sealed to them.

    Attributes:
        signed_card: to hand out.
    """

    signed_card: SignedCard
    _seed: bytes = field(repr=False)
    _seal_secret: str = field(repr=False)

    @property
    def card(self) -> Card:
        """Whose keys they are."""
        return self.signed_card.card

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        return Ed25519PrivateKey.from_private_bytes(self._seed).sign(message)

    def unseal(self, sealed: bytes) -> bytes:
        """What was sealed to this person.

        Raises:
            NotAllowedError: it was sealed to others only.
            InputError: it is no age file, or damaged.
        """
        import pyrage

        try:
            found: bytes = pyrage.decrypt(
                sealed, [pyrage.x25519.Identity.from_str(self._seal_secret)]
            )
        except pyrage.DecryptError as error:
            if "matching keys" in str(error).lower():
                raise NotAllowedError(
                    f"It was not sealed to {self.card.name}.",
                    "Only the person it is addressed to, and its sender, can open it.",
                ) from error
            raise InputError(
                "It is damaged, or it is no sealed package.", "Have it sent again."
            ) from error
        return found


@dataclass(frozen=True, slots=True)
class KeptIdentity:
    """An identity of this machine, its private half not opened.

    Attributes:
        where: ``keyring`` or ``file``.
    """

    signed_card: SignedCard
    where: str
    _sealed: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def card(self) -> Card:
        """Whose it is."""
        return self.signed_card.card


class IdentityStore:
    """The identities of this machine.

    Args:
        folder: where their files lie; made when the first one is.
        cost: of one try at a passphrase, for new files.
    """

    def __init__(self, folder: Path, cost: Cost = DEFAULT) -> None:
        self.folder = folder
        self._cost = cost

    def list(self) -> list[KeptIdentity]:
        """All of them, oldest first. Files that cannot be read are passed over."""
        found = []
        for path in sorted(self.folder.glob("*.identity.json")):
            with contextlib.suppress(InputError, OSError, ValueError, KeyError, TypeError):
                found.append(_kept(json.loads(path.read_text("utf-8")), path))
        return sorted(found, key=lambda one: one.card.created_at)

    def find(self, name: str) -> KeptIdentity | None:
        """The newest of a name, or None."""
        named = [one for one in self.list() if one.card.name == name]
        return named[-1] if named else None

    def make(
        self, name: str, passphrase: AskPassphrase, *, expires_at: str = "", in_file: bool = False
    ) -> Identity:
        """New keys for a person.

        Args:
            passphrase: asked only where they go into a file.
            expires_at: ISO 8601; empty for never.
            in_file: not into the keyring, though there may be one.

        Raises:
            UsageError: no name.
            NotAllowedError: there is neither a keyring nor a passphrase; nothing was made.
        """
        import pyrage
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

        if not name.strip():
            raise UsageError("An identity needs a name.", "Say who you are.")
        if not can_be_shown(name.strip()):
            raise UsageError(
                "The name is too long, or holds characters that are not seen.",
                "Choose a plain one.",
            )
        private = Ed25519PrivateKey.generate()
        secret = pyrage.x25519.Identity.generate()
        card = Card(
            name=name.strip(),
            sign_key=private.public_key().public_bytes_raw().hex(),
            seal_key=str(secret.to_public()),
            created_at=now(),
            expires_at=expires_at,
        )
        signed = SignedCard(card, private.sign(signed_bytes(card)).hex())
        made = Identity(signed, private.private_bytes_raw(), str(secret))
        self._keep(made, passphrase, in_file)
        return made

    def unlock(self, kept: KeptIdentity, passphrase: AskPassphrase) -> Identity:
        """The private half of an identity.

        Args:
            passphrase: asked only where it lies in a file.

        Raises:
            NotAllowedError: the passphrase is missing or wrong.
            NotFoundError: the keyring does not have it any more.
        """
        card = kept.card
        if kept.where == "keyring":
            with _in_words():
                import keyring

                text = keyring.get_password(SERVICE, card.fingerprint)
            if text is None:
                raise NotFoundError(
                    f"The keyring does not hold the keys of {card.name} any more.",
                    "Make a new identity, and hand out its card.",
                )
            raw = text.encode("ascii")
        else:
            given = passphrase(f"the keys of {card.name}")
            if not given:
                raise NotAllowedError(
                    f"The keys of {card.name} are sealed with a passphrase.",
                    "Give it in EVALDESK_PASSPHRASE, or name a file that holds it (--key-file).",
                )
            raw = unseal(kept._sealed, given, card.fingerprint.encode())
        seed, _, secret = raw.decode("ascii").partition(" ")
        return Identity(kept.signed_card, base64.b64decode(seed), secret)

    def _keep(self, made: Identity, passphrase: AskPassphrase, in_file: bool) -> None:
        card = made.card
        raw = base64.b64encode(made._seed) + b" " + made._seal_secret.encode("ascii")
        kept: dict[str, Any] = {"evaldesk_identity": _FORMAT, "card": made.signed_card.to_json()}
        available, which = (False, "not wanted") if in_file else probe()
        if available:
            text = raw.decode("ascii")
            with _in_words():
                import keyring

                keyring.set_password(SERVICE, card.fingerprint, text)
                # A backend that drops what it is given would cost the keys.
                available = keyring.get_password(SERVICE, card.fingerprint) == text
        if available:
            kept["where"] = "keyring"
        else:
            given = passphrase(f"new keys for {card.name}")
            if not given:
                raise NotAllowedError(
                    f"There is no place to keep the keys of {card.name}: the system has no "
                    f"keyring ({which}), and no passphrase was given.",
                    "Give a passphrase in EVALDESK_PASSPHRASE, or name a file that holds it "
                    "(--key-file). Keys are never kept unsealed.",
                )
            kept["where"] = "file"
            kept["sealed"] = seal(raw, given, card.fingerprint.encode(), self._cost)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{card.fingerprint[:24]}.identity.json"
        _write_whole(path, json.dumps(kept, ensure_ascii=False, indent=1).encode("utf-8"))


@contextlib.contextmanager
def _in_words() -> Iterator[None]:
    """A keyring that is locked, or whose program failed, said so that a person can act."""
    try:
        yield
    except Exception as error:  # each backend has its own
        raise NotAllowedError(
            f"The system's keyring did not answer ({type(error).__name__}: {error}).",
            "Unlock it and try again, or make an identity in a sealed file (--in-file).",
        ) from error


def _kept(data: Any, path: Path) -> KeptIdentity:
    if data["evaldesk_identity"] != _FORMAT or data["where"] not in ("keyring", "file"):
        raise InputError("It is of a newer EvalDesk.", path=str(path))
    signed = card_of(data["card"], str(path))
    if not is_signed(signed.card.sign_key, signed.signature, signed.signed_bytes):
        raise InputError("Its card was changed.", path=str(path))
    return KeptIdentity(signed, data["where"], data.get("sealed") or {})


def _write_whole(path: Path, content: bytes) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".identity-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(name, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(name)
        raise
