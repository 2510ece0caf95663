"""Encrypted projects: making, unlocking, new keys and key-holders, encrypting and decrypting.

Two files belong together, the project and the key file beside it, and no step changes both at once.
So the key file is always made able to open what the project may be after the next step before that
step is done, and what is no longer needed is taken out of it afterwards; a program that was killed
in between finds out, when the project is opened next, which of two keys it has.
"""

import contextlib
import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from evaldesk.credentials import key_file, recovery_code
from evaldesk.credentials.key_file import KeyFile, Opener, Slot, Unlock
from evaldesk.credentials.passphrase_cost import calibrated
from evaldesk.credentials.passphrase_strength import estimate
from evaldesk.credentials.process_memory import refuse_dumps
from evaldesk.credentials.sealed_file import Cost
from evaldesk.domain.encryption import HolderKind, KeyHolder, key_file_of
from evaldesk.domain.errors import (
    DamagedError,
    EvalDeskError,
    LockedError,
    NotFoundError,
    ProjectError,
    UsageError,
    WrongKeyError,
)
from evaldesk.services.projects.identities import identity_store, kept_identity
from evaldesk.storage import conversion
from evaldesk.storage.engine import is_encrypted
from evaldesk.storage.project import Project

_COPY = "key_file"
"""The setting that holds a copy of the key file: one that was lost is written again from it."""
_NEEDLESS = "needless_key_file"
"""The setting of a decrypted project that names the key file it had, by its SHA-256."""


@dataclass(frozen=True, slots=True)
class Lock:
    """A way to open a project that is to be made.

    Attributes:
        holder: the person's name.
        kind: what it opens with. passphrase: for ``passphrase`` and ``both``.
        recipient: the age key of the holder's card, for ``card``.
        cost: of a try at the passphrase; half a second on this machine where None.
    """

    holder: str
    kind: HolderKind = "passphrase"
    passphrase: str = field(default="", repr=False)
    recipient: str = ""
    cost: Cost | None = None


def unlock_with(
    text: str = "", holder: str = "", *, keyring: bool = True, openers: Sequence[Opener] = ()
) -> Unlock:
    """What a person typed, be it a passphrase or a recovery code.

    Args:
        holder: whose slots are tried first.
        keyring: whether the system's keyring is asked as well.
        openers: of cards whose private keys are at hand.

    Raises:
        WrongKeyError: it is a recovery code with a slip in it.
    """
    code = b""
    if recovery_code.looks_like_one(text):
        code, text = recovery_code.read(text), ""
    return Unlock(text, code, keyring, tuple(openers), holder)


def create(path: Path, name: str, network: str, lock: Lock) -> Project:
    """Make an encrypted project.

    Raises:
        UsageError: the passphrase is too weak. NoKeyringError: there is no keyring.
        ProjectError: a file of the name exists, or cannot be written.
    """
    keys_path = key_file_of(path)
    for existing in (path, keys_path):
        if existing.exists():
            raise ProjectError(f"{existing} exists already.", "Choose another name.")
    if not path.parent.is_dir():
        raise ProjectError(f"There is no folder {path.parent}.", "Make it first.")
    key = key_file.new_data_key()
    keys = key_file.empty()
    slot = key_file.boxed(_slot(keys, lock, (name, path.stem)), key)
    keys = key_file.sealed(keys, (key,), (slot,))
    refuse_dumps()
    key_file.write(keys_path, keys)
    try:
        project = Project.create(path, name, network, key)
        project.set(_COPY, keys.text().decode("utf-8"))
    except BaseException:
        keys_path.unlink(missing_ok=True)
        key_file.forget(keys, keys.slots)
        raise
    return project


def open_encrypted(path: Path, unlock: Unlock | None = None) -> Project:
    """Open a project that is encrypted, and finish what a killed program left half done.

    Args:
        unlock: what the person offers; the keyring alone where None.

    Raises:
        LockedError: nothing that is at hand opens it. WrongKeyError: what was typed does not.
        DamagedError: the key file or the project is damaged.
    """
    return open_with_key(path, unlocked(path, unlock))


def open_with_key(path: Path, key: bytes | None) -> Project:
    """Open a project whose data key is at hand; None for one that is not encrypted."""
    if key is not None:
        refuse_dumps()
    project = Project.open(path, key)
    try:
        sweep(path)
        if key is not None:
            _mend(project, key)
        elif project.get(_NEEDLESS) and project.get(_NEEDLESS) == _digest(key_file_of(path)):
            key_file_of(path).unlink(missing_ok=True)
    except BaseException:
        project.close()
        raise
    return project


def sweep(path: Path) -> None:
    """Remove what a program that was killed while it encrypted or decrypted left beside a project.
    Call it with the project open: then nobody else is at it.
    """
    conversion.discard(conversion.aside(path))
    key_file.aside(key_file_of(path)).unlink(missing_ok=True)


def unlocked(path: Path, unlock: Unlock | None = None) -> bytes:
    """The data key of a project; raises as `open_encrypted`."""
    unlock = unlock or Unlock()
    if unlock.code:
        if not conversion.opens(path, unlock.code):
            raise WrongKeyError(
                "The recovery code does not open this project.",
                "It may be of another project, or older than the last new key.",
            )
        return unlock.code
    place = key_file_of(path)
    if not place.exists():
        raise LockedError(
            f"{path.name} is encrypted, and its key file {place.name} does not lie beside it.",
            "Put the key file back, or use a recovery code.",
        )
    keys = key_file.read(place)
    unlock = replace(unlock, openers=(*unlock.openers, *_own_openers(keys, unlock)))
    try:
        _, found = key_file.open_slots(keys, unlock)
    except WrongKeyError as error:
        if unlock.passphrase:
            raise
        raise LockedError(f"{path.name} is encrypted.", _what_opens(keys, error)) from error
    for key in reversed(found.values()):
        if conversion.opens(path, key):
            return key
    raise DamagedError(
        f"{path.name} does not open with the key that its key file holds: the project is damaged, "
        "or the key file is of another project.",
        "Restore both from one backup, or use a recovery code.",
    )


def _own_openers(keys: KeyFile, unlock: Unlock) -> list[Opener]:
    """Of the cards among the key-holders whose private keys this machine has; one that lies behind
    a passphrase opens with the one that was typed.
    """
    names = {slot.holder.name for slot in keys.slots if slot.holder.kind == "card"}
    found: list[Opener] = []
    for name in sorted(names):
        with contextlib.suppress(EvalDeskError):
            kept = kept_identity(name)
            opened = identity_store().unlock(kept, lambda _: unlock.passphrase or None)
            found.append(opened.unseal)
    return found


def _what_opens(keys: KeyFile, error: WrongKeyError) -> str:
    kinds = {slot.holder.kind for slot in keys.slots}
    if kinds & {"passphrase", "both"}:
        return "Type its passphrase, or a recovery code."
    return f"{error.message} {error.hint}"


def holders(path: Path) -> tuple[KeyHolder, ...]:
    """Who can open a project; empty where it is not encrypted or its key file is lost.

    Raises:
        DamagedError: the key file is damaged.
    """
    place = key_file_of(path)
    return key_file.read(place).holders if is_encrypted(path) and place.exists() else ()


def add_holder(project: Project, lock: Lock) -> KeyHolder:
    """Let somebody else, or the same person in another way, open the project.

    Raises:
        UsageError: the project is not encrypted, or the passphrase is too weak.
    """
    key = _key_of(project)
    keys = key_file.read(key_file_of(project.path))
    _check_seal(keys, key)
    slot = key_file.boxed(_slot(keys, lock, (project.name,)), key)
    _keep(project, key_file.sealed(keys, (key,), (*keys.slots, slot)))
    project.audit.record("key.added", {"name": slot.holder.name, "kind": slot.holder.kind})
    return slot.holder


def rekey(
    path: Path,
    key: bytes,
    *,
    without: Sequence[str] = (),
    instead: Lock | None = None,
) -> bytes:
    """Encrypt a closed project with a new data key. Everybody who could open it still can, and old
    copies of the key file and old recovery codes open it no more.

    Args:
        key: the data key it has.
        without: ids of holders whose way ends.
        instead: a way that takes the place of those.

    Returns:
        The new data key.

    Raises:
        NotFoundError: no holder of that id. UsageError: nobody would be left, or the passphrase is
            too weak. ProjectError: it is open somewhere, or the disk is full: nothing changed.
    """
    place = key_file_of(path)
    keys = key_file.empty()
    if place.exists():
        keys = key_file.read(place)
        _check_seal(keys, key)
    known = {slot.holder.id for slot in keys.slots}
    for identity in without:
        if identity not in known:
            raise NotFoundError.among("key-holder", identity, known)
    gone = [slot for slot in keys.slots if slot.holder.id in without]
    staying = [slot for slot in keys.slots if slot.holder.id not in without]
    new = key_file.new_data_key()
    coming = [] if instead is None else [key_file.boxed(_slot(keys, instead, (path.stem,)), new)]
    if not staying and not coming:
        raise UsageError("Nobody could open the project any more.", "Add another key-holder first.")
    old_id, new_id = key_file.key_id(key), key_file.key_id(new)
    both = key_file.sealed(
        keys, (key, new), (*(key_file.boxed(slot, key, new) for slot in staying), *gone, *coming)
    )
    key_file.write(place, both)
    try:
        conversion.rekey(path, key, new)
    except BaseException:
        if conversion.opens(path, key):
            key_file.write(place, _only(both, key, old_id))
            key_file.forget(keys, coming)
        raise
    with Project.open(path, new) as project:
        _keep(project, _only(both, new, new_id))
        project.audit.record(
            "key.replaced",
            {
                "removed": sorted(slot.holder.name for slot in gone),
                "added": sorted(slot.holder.name for slot in coming),
            },
        )
    key_file.forget(keys, gone)
    return new


def encrypt(path: Path, lock: Lock) -> bytes:
    """Encrypt a closed project that lies open; returns its data key.

    Raises:
        UsageError: it is encrypted already, or the passphrase is too weak.
        ProjectError: it is open somewhere, not whole, or the disk is full: nothing changed.
    """
    if is_encrypted(path):
        raise UsageError(f"{path.name} is encrypted already.")
    with Project.open(path) as project:  # brings an older format up to date
        named = (project.name, path.stem)
    key = key_file.new_data_key()
    keys = key_file.empty()
    keys = key_file.sealed(keys, (key,), (key_file.boxed(_slot(keys, lock, named), key),))
    place = key_file_of(path)
    written: list[Path] = []

    def ready() -> None:
        key_file.write(place, keys)
        written.append(place)

    refuse_dumps()
    try:
        conversion.convert(path, None, key, ready)
    except BaseException:
        if not is_encrypted(path):
            for left in written:
                left.unlink(missing_ok=True)
            key_file.forget(keys, keys.slots)
        raise
    with Project.open(path, key) as project:
        project.set(_COPY, keys.text().decode("utf-8"))
        project.audit.record("project.encrypted", {"name": lock.holder, "kind": lock.kind})
    return key


def decrypt(path: Path, key: bytes) -> None:
    """Make a plain file of an encrypted, closed project.

    Raises:
        ProjectError: it is open somewhere, not whole, or the disk is full: nothing changed.
    """
    place = key_file_of(path)
    keys = key_file.read(place) if place.exists() else None
    with Project.open(path, key) as project:
        project.set(_COPY, "")
        # Killed before the key file is gone, the plain project knows which one is left over.
        project.set(_NEEDLESS, _digest(place))
    conversion.convert(path, key, None, lambda: None)
    place.unlink(missing_ok=True)
    if keys is not None:
        key_file.forget(keys, keys.slots)
    with Project.open(path) as project:
        project.audit.record("project.decrypted", {})


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def recovery_code_of(key: bytes) -> str:
    """The code that opens a project with this data key, also without its key file."""
    return recovery_code.write(key)


def data_key(project: Project) -> bytes:
    """The data key of an open project.

    Raises:
        UsageError: it is not encrypted.
    """
    return _key_of(project)


def what_remains() -> str:
    """What can honestly be said of the file that lay open before `encrypt`."""
    done = (
        "The old file was deleted; its blocks were not written over."
        if os.name == "nt"
        else "The blocks of the old file were written over."
    )
    return (
        f"{done} An SSD may keep older copies of them, and so may a file system with snapshots: "
        "where that matters, encrypt the whole disk as well."
    )


def plain_copies(path: Path) -> tuple[Path, ...]:
    """Copies of a project that lie beside it and can be read without a key, such as those that
    were made when its format was brought up to date.
    """
    found = []
    for copy in sorted(path.parent.glob(f"{_escaped(path.stem)}.*.evaldesk")):
        with contextlib.suppress(ProjectError):
            if not is_encrypted(copy):
                found.append(copy)
    return tuple(found)


def _escaped(name: str) -> str:
    return "".join(f"[{letter}]" if letter in "*?[" else letter for letter in name)


def _key_of(project: Project) -> bytes:
    key = project.database.key
    if key is None:
        raise UsageError(f"{project.path.name} is not encrypted.", "Encrypt it first.")
    return key


def _slot(keys: KeyFile, lock: Lock, known: tuple[str, ...]) -> Slot:
    make: dict[HolderKind, Callable[[], Slot]] = {
        "passphrase": lambda: key_file.passphrase_slot(keys, name, lock.passphrase, cost()),
        "both": lambda: key_file.both_slot(keys, name, lock.passphrase, cost()),
        "keyring": lambda: key_file.keyring_slot(keys, name),
        "card": lambda: key_file.card_slot(name, lock.recipient),
    }

    def cost() -> Cost:
        return lock.cost or calibrated()

    name = lock.holder.strip()
    if not name:
        raise UsageError("A key-holder needs a name.", "Say whose key it is.")
    if lock.kind in ("passphrase", "both"):
        strength = estimate(lock.passphrase, (*known, name))
        if not strength.enough:
            raise UsageError(
                f"The passphrase is too weak (about 2^{strength.bits:.0f} guesses).",
                strength.advice,
            )
    return make[lock.kind]()


def _check_seal(keys: KeyFile, key: bytes) -> None:
    if not keys.is_sealed_with(key):
        raise DamagedError(
            "The key file does not belong to this project, or somebody changed it.",
            "Close the project and open it again.",
        )


def _only(keys: KeyFile, key: bytes, identity: str) -> KeyFile:
    """With one data key, and the ways that open it."""
    slots = [slot for slot in keys.slots if identity in slot.boxes]
    return key_file.sealed(keys, (key,), slots)


def _keep(project: Project, keys: KeyFile) -> None:
    key_file.write(key_file_of(project.path), keys)
    project.set(_COPY, keys.text().decode("utf-8"))


def _mend(project: Project, key: bytes) -> None:
    """Bring the key file and its copy in the project in step. The file is right unless it is lost,
    not sealed with this key, or older than the copy.
    """
    place = key_file_of(project.path)
    identity = key_file.key_id(key)
    found = _sealed_file(place, key)
    text = project.get(_COPY)
    copy = None
    if text:
        with contextlib.suppress(ProjectError):
            copy = key_file.parse(text.encode("utf-8"), place)
    if copy is not None and not copy.is_sealed_with(key):
        copy = None
    if found is None and copy is None:
        if place.exists():
            place.replace(place.with_name(place.name + ".damaged"))
        # Only the recovery code opens it now; the window and the command line say so.
        return
    newest = max((one for one in (found, copy) if one is not None), key=lambda one: one.number)
    if newest.keys != (identity,):
        newest = _only(newest, key, identity)
    if newest != found:
        key_file.write(place, newest)
    if newest != copy:
        project.set(_COPY, newest.text().decode("utf-8"))


def _sealed_file(place: Path, key: bytes) -> KeyFile | None:
    if not place.exists():
        return None
    try:
        keys = key_file.read(place)
    except DamagedError:
        return None
    return keys if keys.is_sealed_with(key) else None
