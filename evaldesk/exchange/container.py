"""A package as one piece of bytes: signed inside, sealed outside.

Inside lie, one behind the other: a first line, the manifest's length, the manifest, its signature,
and the members, each compressed for itself. Nothing is ever unpacked to a disk. Outside is an age
file, sealed to the reader and to the sender.
"""

import hashlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from evaldesk.domain.errors import InputError, NotAllowedError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.identity import Signer
from evaldesk.exchange.manifest import (
    LONGEST_MANIFEST,
    Manifest,
    Member,
    damaged,
    read_manifest,
)

if sys.version_info >= (3, 14):  # pragma: no cover - the pinned versions are older
    from compression.zstd import ZstdDecompressor, ZstdError, compress
else:
    from backports.zstd import ZstdDecompressor, ZstdError, compress

SUFFIX = ".evalpack"
SEALED = b"age-encryption.org/v1\n"
"""What every package begins with, as every age file does."""
MOST_BYTES = 1024 * 1024 * 1024
"""Of a package's file."""
_FIRST = b"EvalDesk package\n"
_SIGNED_AS = b"EvalDesk package manifest 1\n"
_LEVEL = 6
_SIGNATURE = 64


class Unsealer(Protocol):
    """Opens what was sealed to a person."""

    def unseal(self, sealed: bytes) -> bytes:
        """The content.

        Raises:
            NotAllowedError: it was sealed to others. InputError: it is damaged.
        """


@dataclass(frozen=True, slots=True)
class Package:
    """A package that was opened, and whose every byte was checked against its signature.

    Attributes:
        manifest_bytes: what was signed; ``signature`` of it.
        members: name → content, unpacked.
        sha256: of the sealed file.
    """

    manifest: Manifest
    manifest_bytes: bytes
    signature: bytes
    members: Mapping[str, bytes]
    sha256: str


def seal(
    manifest: Manifest, members: Mapping[str, bytes], signer: Signer, recipients: Sequence[str]
) -> bytes:
    """Sign and seal.

    Args:
        manifest: without its members.
        recipients: age public keys (``age1…``) of everybody who can open it.

    Raises:
        InputError: a recipient's key is none, or the package would be too large.
    """
    import pyrage

    packed = {name: compress(content, _LEVEL) for name, content in members.items()}
    described = tuple(
        Member(name, len(part), len(members[name]), hashlib.sha256(part).hexdigest())
        for name, part in packed.items()
    )
    raw = canonical_json(replace(manifest, members=described).to_json())
    read_manifest(raw)  # what would not be opened is not written
    signature = signer.sign(_SIGNED_AS + raw)
    inside = b"".join((_FIRST, len(raw).to_bytes(4, "big"), raw, signature, *packed.values()))
    if len(inside) > MOST_BYTES * 9 // 10:
        raise InputError(
            f"The package would have {len(inside) >> 20:,} MB; {MOST_BYTES * 9 // 10 >> 20:,} are "
            "the most.",
            "Make rounds with fewer items.",
        )
    try:
        keys = [pyrage.x25519.Recipient.from_str(key) for key in dict.fromkeys(recipients)]
    except pyrage.RecipientError as error:
        raise InputError("The card's key cannot be sealed to.", "Have the card sent again.") from (
            error
        )
    sealed: bytes = pyrage.encrypt(inside, keys)
    return sealed


def unsealed(sealed: bytes, identity: Unsealer) -> Package:
    """Open a package and check all of it.

    Raises:
        NotAllowedError: it is addressed to somebody else.
        InputError: it is no package, damaged, forged, too large, or of a newer program.
    """
    if len(sealed) > MOST_BYTES:
        raise InputError(f"The file is larger than any package ({MOST_BYTES >> 20:,} MB).")
    if not sealed.startswith(SEALED):
        raise InputError("This is no package.", "Choose a file that `package export` made.")
    inside = identity.unseal(sealed)
    if not inside.startswith(_FIRST):
        raise InputError("It was sealed to you, but it is no package of EvalDesk.")
    start = len(_FIRST) + 4
    length = int.from_bytes(inside[len(_FIRST) : start], "big")
    body = start + length + _SIGNATURE
    if length > LONGEST_MANIFEST or body > len(inside):
        raise damaged("its manifest is cut off")
    raw = inside[start : start + length]
    signature = inside[start + length : body]
    manifest = read_manifest(raw)
    _check_signatures(manifest, raw, signature)
    members = _members(manifest, memoryview(inside)[body:])
    return Package(manifest, raw, signature, members, hashlib.sha256(sealed).hexdigest())


def _check_signatures(manifest: Manifest, raw: bytes, signature: bytes) -> None:
    sender = manifest.sender
    if not _is_signed(sender.card.sign_key, bytes.fromhex(sender.signature), sender.signed_bytes):
        raise damaged("its sender's card was changed")
    if not _is_signed(sender.card.sign_key, signature, _SIGNED_AS + raw):
        raise NotAllowedError(
            f"The package says that it comes from {sender.card.name}, and they did not sign it.",
            "Have it sent again; do not use this one.",
        )


def _is_signed(sign_key: str, signature: bytes, message: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(sign_key)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _members(manifest: Manifest, rest: memoryview) -> dict[str, bytes]:
    if sum(one.packed for one in manifest.members) != len(rest):
        raise damaged("its parts do not add up")
    found: dict[str, bytes] = {}
    for one in manifest.members:
        part, rest = rest[: one.packed], rest[one.packed :]
        if hashlib.sha256(part).hexdigest() != one.sha256:
            raise damaged(f"{one.name} is not what was signed")
        found[one.name] = _unpacked(one, bytes(part))
    return found


def _unpacked(one: Member, part: bytes) -> bytes:
    """No more than the manifest says is ever unpacked, whatever the compressed part claims."""
    decompressor = ZstdDecompressor()
    try:
        content: bytes = decompressor.decompress(part, max_length=one.length + 1)
    except ZstdError as error:
        raise damaged(f"{one.name} cannot be unpacked") from error
    if len(content) != one.length or (one.length and not decompressor.eof):
        raise damaged(f"{one.name} does not unpack to the size that was signed")
    if decompressor.unused_data:
        raise damaged(f"{one.name} has something behind its end")
    return content
