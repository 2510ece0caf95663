"""The file beside an encrypted project that says who can open it.

The project is encrypted with a random data key. Each way to open it (a slot) has an age key pair of
its own: the public half stands here, and the data key is sealed to it; the private half lies behind
a passphrase, in the system's keyring, behind both together, or with the person whose card it is. So
a new data key can be sealed to everybody who keeps access without asking any of them.

While a project is being re-keyed the file holds two data keys, the old and the new; which of them
the project has by then is found by trying (see `evaldesk.services.projects.encryption`).

The text is canonical: the same content is always the same bytes. It ends with a hash, which finds
accidents before anybody types a passphrase, and holds for each data key an HMAC over everything
else, which finds whatever somebody without that key changed.
"""

import base64
import contextlib
import hashlib
import hmac
import json
import os
import unicodedata
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from evaldesk.credentials import system_keyring
from evaldesk.credentials.sealed_file import Cost, seal, unseal
from evaldesk.domain.encryption import HolderKind, KeyHolder
from evaldesk.domain.errors import (
    DamagedError,
    EvalDeskError,
    InputError,
    NotAllowedError,
    ProjectError,
    WrongKeyError,
)
from evaldesk.domain.identifiers import now

VERSION = 1
LEAST = Cost(memory_kib=65_536, passes=3, lanes=1)
"""What a try at a passphrase costs at least: RFC 9106's second recommendation. A file that asks for
less was not written by this program.
"""
_KIND = "EvalDesk key slots"
_MOST_BYTES = 1 << 20

Opener = Callable[[bytes], bytes]
"""Opens what was sealed to a card; raises `NotAllowedError` where it was sealed to others."""


@dataclass(frozen=True, slots=True)
class Unlock:
    """What a person offers to open a project with. Whatever is missing is not tried.

    Attributes:
        passphrase: as typed. code: a recovery code's data key.
        keyring: whether the system's keyring is asked.
        openers: of the cards whose private keys are at hand.
        holder: whose slots are tried first.
    """

    passphrase: str = field(default="", repr=False)
    code: bytes = field(default=b"", repr=False)
    keyring: bool = True
    openers: tuple[Opener, ...] = ()
    holder: str = ""


@dataclass(frozen=True, slots=True)
class Slot:
    """One way to open the project.

    Attributes:
        recipient: age public key. lock: what the private half lies behind; empty where it does not
            lie here.
        boxes: the data key sealed to the recipient, by the key's id; base64.
    """

    holder: KeyHolder
    recipient: str
    lock: Mapping[str, Any]
    boxes: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "id": self.holder.id,
            "name": self.holder.name,
            "kind": self.holder.kind,
            "since": self.holder.since,
            "recipient": self.recipient,
            "lock": dict(self.lock),
            "boxes": dict(self.boxes),
        }


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What stands in the file.

    Attributes:
        file: names the project's keys, in the keyring too; says nothing of the project.
        number: counts the changes.
        keys: ids of the data keys, the newest last.
        seals: by key id, the HMAC under that key.
    """

    file: str
    number: int
    keys: tuple[str, ...]
    slots: tuple[Slot, ...]
    seals: Mapping[str, str]

    @property
    def holders(self) -> tuple[KeyHolder, ...]:
        """Who can open the project."""
        return tuple(slot.holder for slot in self.slots)

    def body(self) -> dict[str, Any]:
        """Everything that the seals cover."""
        return {
            "kind": _KIND,
            "version": VERSION,
            "file": self.file,
            "number": self.number,
            "keys": list(self.keys),
            "slots": [slot.to_json() for slot in self.slots],
        }

    def text(self) -> bytes:
        """As it is written."""
        whole = {**self.body(), "seals": dict(self.seals)}
        return _plain({**whole, "check": hashlib.sha256(_plain(whole)).hexdigest()})

    def is_sealed_with(self, key: bytes) -> bool:
        """Whether nobody without this data key wrote it."""
        return hmac.compare_digest(self.seals.get(key_id(key), ""), _seal(self.body(), key))


def new_data_key() -> bytes:
    """32 random bytes."""
    return os.urandom(32)


def key_id(key: bytes) -> str:
    """Names a data key without giving it away."""
    return hmac.digest(key, b"evaldesk data key: name", "sha256")[:8].hex()


def read(path: Path) -> KeyFile:
    """Read a key file.

    Raises:
        ProjectError: it cannot be read, or a newer EvalDesk made it.
        DamagedError: it is not whole.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _damaged(path)
        raw = path.read_bytes()
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise ProjectError(
            f"The key file {path.name} cannot be read ({reason}).", "Check that you may read it."
        ) from error
    return parse(raw, path)


def parse(raw: bytes, path: Path) -> KeyFile:
    """A key file from its bytes; raises as `read`."""
    try:
        data = json.loads(raw.decode("utf-8"))
        if data["kind"] != _KIND:
            raise ValueError("another kind")
        if int(data["version"]) > VERSION:
            raise ProjectError(
                f"The key file {path.name} was written by a newer EvalDesk.", "Update EvalDesk."
            )
        found = KeyFile(
            file=str(data["file"]),
            number=int(data["number"]),
            keys=tuple(str(key) for key in data["keys"]),
            slots=tuple(_slot(slot) for slot in data["slots"]),
            seals={str(name): str(seal) for name, seal in data["seals"].items()},
        )
        whole = found.text() == raw and set(found.seals) == set(found.keys)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(path) from error
    if not whole:
        raise _damaged(path)
    return found


def write(path: Path, keys: KeyFile) -> None:
    """Put a key file in place of the one before: that one or this one, whatever happens.

    Raises:
        ProjectError: it cannot be written; the one before is as it was.
    """
    new = aside(path)
    try:
        handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(keys.text())
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, path)
        sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            new.unlink()
        reason = (error.strerror or type(error).__name__).lower()
        raise ProjectError(
            f"The key file {path.name} could not be written ({reason}).",
            "Free some space, or check that its folder can be written.",
        ) from error


def aside(path: Path) -> Path:
    """What `write` writes before it is whole."""
    return path.with_name(f".{path.name}.new")


def sync_folder(folder: Path) -> None:
    """Have the disk confirm which names a folder holds; Windows does so by itself."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ------------------------------------------------------------------------------- making slots


def empty() -> KeyFile:
    """Without a slot and without a key."""
    return KeyFile(uuid.uuid4().hex, 0, (), (), {})


def sealed(keys: KeyFile, data_keys: Iterable[bytes], slots: Iterable[Slot]) -> KeyFile:
    """The same file with these data keys and slots.

    Args:
        data_keys: the newest last. A box of a key that is not among them goes.
    """
    held = {key_id(key): key for key in data_keys}
    kept = tuple(
        replace(slot, boxes={name: box for name, box in slot.boxes.items() if name in held})
        for slot in slots
    )
    made = KeyFile(keys.file, keys.number + 1, tuple(held), kept, {})
    return replace(made, seals={name: _seal(made.body(), key) for name, key in held.items()})


def boxed(slot: Slot, *data_keys: bytes) -> Slot:
    """The slot with these data keys sealed to it, and no other."""
    import pyrage

    recipient = pyrage.x25519.Recipient.from_str(slot.recipient)
    return replace(
        slot,
        boxes={
            key_id(key): base64.b64encode(pyrage.encrypt(key, [recipient])).decode("ascii")
            for key in data_keys
        },
    )


def passphrase_slot(keys: KeyFile, name: str, passphrase: str, cost: Cost) -> Slot:
    """A slot behind a passphrase."""
    holder, secret, recipient = _pair(name, "passphrase")
    lock = seal(secret, _typed(passphrase), _about(keys, holder, recipient), cost)
    return Slot(holder, recipient, lock, {})


def keyring_slot(keys: KeyFile, name: str) -> Slot:
    """A slot whose private half lies in the system's keyring.

    Raises:
        NoKeyringError: there is none here.
    """
    holder, secret, recipient = _pair(name, "keyring")
    system_keyring.put(_keyring_name(keys, holder), secret)
    return Slot(holder, recipient, {}, {})


def both_slot(keys: KeyFile, name: str, passphrase: str, cost: Cost) -> Slot:
    """A slot that opens with a passphrase and, besides, only where the keyring is.

    Raises:
        NoKeyringError: there is none here.
    """
    holder, secret, recipient = _pair(name, "both")
    pepper = os.urandom(32)
    system_keyring.put(_keyring_name(keys, holder), pepper)
    lock = seal(secret, _with_pepper(passphrase, pepper), _about(keys, holder, recipient), cost)
    return Slot(holder, recipient, lock, {})


def card_slot(name: str, recipient: str) -> Slot:
    """A slot that the owner of a card opens with their own key.

    Raises:
        InputError: it is no age public key.
    """
    import pyrage

    try:
        pyrage.x25519.Recipient.from_str(recipient)
    except pyrage.RecipientError as error:
        raise InputError(f"The card of {name} holds no key to seal to.") from error
    return Slot(KeyHolder(uuid.uuid4().hex[:8], name, "card", now()), recipient, {}, {})


def forget(keys: KeyFile, slots: Iterable[Slot]) -> None:
    """Drop from this system's keyring what lies there for these slots. What cannot be reached is
    left: without its slot it opens nothing.
    """
    for slot in slots:
        if slot.holder.kind in ("keyring", "both"):
            with contextlib.suppress(EvalDeskError):
                system_keyring.drop(_keyring_name(keys, slot.holder))


# ------------------------------------------------------------------------------------ opening


def open_slots(keys: KeyFile, unlock: Unlock) -> tuple[Slot, dict[str, bytes]]:
    """The slot that opens with what is offered, and the data keys in it, by id.

    Raises:
        WrongKeyError: none opens; says what was tried.
        DamagedError: somebody without the key changed the file.
    """
    tried: list[str] = []
    for slot in sorted(keys.slots, key=lambda slot: _order(slot, unlock.holder)):
        found = _opened(keys, slot, unlock, tried)
        if found:
            _check(keys, found)
            return slot, found
    raise _wrong(keys, unlock, tried)


def _opened(keys: KeyFile, slot: Slot, unlock: Unlock, tried: list[str]) -> dict[str, bytes] | None:
    kind = slot.holder.kind
    if kind == "card":
        return _by_card(slot, unlock.openers)
    if (kind != "keyring" and not unlock.passphrase) or (
        kind != "passphrase" and not unlock.keyring
    ):
        return None
    secret: bytes | None = None
    try:
        if kind == "passphrase":
            secret = _unsealed(keys, slot, _typed(unlock.passphrase))
        else:
            kept = system_keyring.get(_keyring_name(keys, slot.holder))
            if kept is None:
                tried.append("the keyring of this computer holds no key of this project")
            elif kind == "keyring":
                secret = kept
            else:
                secret = _unsealed(keys, slot, _with_pepper(unlock.passphrase, kept))
    except system_keyring.NoKeyringError as error:
        tried.append(error.message.rstrip("."))
    except NotAllowedError:
        pass  # another passphrase; the next slot may be this person's
    return None if secret is None else _by_secret(slot, secret)


def _unsealed(keys: KeyFile, slot: Slot, passphrase: str) -> bytes:
    cost = Cost(*(int(slot.lock[name]) for name in ("memory_kib", "passes", "lanes")))
    if cost.memory_kib < LEAST.memory_kib or cost.passes < LEAST.passes:
        raise DamagedError(
            "The key file asks for a weaker protection of the passphrase than EvalDesk ever "
            "writes; somebody changed it.",
            "Do not type your passphrase. Restore the key file from a backup.",
        )
    try:
        return unseal(slot.lock, passphrase, _about(keys, slot.holder, slot.recipient))
    except InputError as error:
        raise DamagedError(
            "The key file cannot be read.", "Restore it from a backup, or use a recovery code."
        ) from error


def _by_secret(slot: Slot, secret: bytes) -> dict[str, bytes] | None:
    import pyrage

    try:
        identity = pyrage.x25519.Identity.from_str(secret.decode("ascii"))
        return {
            name: pyrage.decrypt(base64.b64decode(box, validate=True), [identity])
            for name, box in slot.boxes.items()
        }
    except (pyrage.IdentityError, pyrage.DecryptError, ValueError):
        return None


def _by_card(slot: Slot, openers: Iterable[Opener]) -> dict[str, bytes] | None:
    for opener in openers:
        with contextlib.suppress(EvalDeskError, ValueError):
            return {
                name: opener(base64.b64decode(box, validate=True))
                for name, box in slot.boxes.items()
            }
    return None


def _check(keys: KeyFile, found: Mapping[str, bytes]) -> None:
    for name, key in found.items():
        if key_id(key) != name or not keys.is_sealed_with(key):
            raise DamagedError(
                "Somebody without the key changed the key file.",
                "Restore it from a backup, or use a recovery code.",
            )


def _wrong(keys: KeyFile, unlock: Unlock, tried: list[str]) -> WrongKeyError:
    kinds = {slot.holder.kind for slot in keys.slots}
    if tried:
        reason = "; ".join(dict.fromkeys(tried))
        wanted = "a passphrase or a recovery code" if "passphrase" in kinds else "a recovery code"
        return WrongKeyError(
            f"The project does not open: {reason[:1].lower()}{reason[1:]}.", f"Use {wanted}."
        )
    if unlock.passphrase:
        return WrongKeyError(
            "The passphrase does not open the project.",
            "Look at capitals and the keyboard’s language, or use a recovery code.",
        )
    return WrongKeyError("Nothing that is at hand opens the project.", "Type the passphrase.")


def _order(slot: Slot, holder: str) -> tuple[bool, int]:
    cheap = {"keyring": 0, "card": 1, "both": 2, "passphrase": 3}
    return (bool(holder) and slot.holder.name != holder, cheap[slot.holder.kind])


# ------------------------------------------------------------------------------------- pieces


def _pair(name: str, kind: HolderKind) -> tuple[KeyHolder, bytes, str]:
    import pyrage

    identity = pyrage.x25519.Identity.generate()
    holder = KeyHolder(uuid.uuid4().hex[:8], name, kind, now())
    return holder, str(identity).encode("ascii"), str(identity.to_public())


def _slot(data: Mapping[str, Any]) -> Slot:
    kind = data["kind"]
    if kind not in ("passphrase", "keyring", "both", "card"):
        raise ValueError("an unknown kind of slot")
    return Slot(
        KeyHolder(str(data["id"]), str(data["name"]), kind, str(data["since"])),
        str(data["recipient"]),
        dict(data["lock"]),
        {str(name): str(box) for name, box in data["boxes"].items()},
    )


def _typed(passphrase: str) -> str:
    # The same characters are composed in one way on one system and in another on the next.
    return unicodedata.normalize("NFC", passphrase)


def _with_pepper(passphrase: str, pepper: bytes) -> str:
    return f"{pepper.hex()}:{_typed(passphrase)}"


def _about(keys: KeyFile, holder: KeyHolder, recipient: str) -> bytes:
    return _plain([_KIND, VERSION, keys.file, holder.id, holder.name, holder.kind, recipient])


def _keyring_name(keys: KeyFile, holder: KeyHolder) -> str:
    return f"project {keys.file} {holder.id}"


def _seal(body: Mapping[str, Any], key: bytes) -> str:
    own = hmac.digest(key, b"evaldesk key file: seal", "sha256")
    return hmac.digest(own, _plain(body), "sha256").hex()


def _plain(data: Any) -> bytes:
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def _damaged(path: Path) -> DamagedError:
    return DamagedError(
        f"The key file {path.name} is damaged.",
        "Restore it from a backup, or use a recovery code: the project itself is not affected.",
    )
