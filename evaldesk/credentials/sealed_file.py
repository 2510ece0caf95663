"""A small secret behind a passphrase: Argon2id makes the key, AES-256-GCM seals.

What it costs to try a passphrase stands beside the secret, so that it can be raised later. Nothing
here touches a disk.
"""

import base64
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaldesk.domain.errors import InputError, NotAllowedError

_SALT = 16
_NONCE = 12
_MOST_MEMORY_KIB = 2 * 1024 * 1024
_MOST_PASSES = 64


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try at a passphrase takes.

    Attributes:
        memory_kib: of Argon2id. passes: over it. lanes: side by side.
    """

    memory_kib: int = 65_536
    passes: int = 3
    lanes: int = 1


DEFAULT = Cost()
"""RFC 9106's second recommendation with one lane: 64 MiB, about 0.13 s on the machine that
docs/performance.md speaks of.
"""


def seal(secret: bytes, passphrase: str, about: bytes, cost: Cost = DEFAULT) -> dict[str, Any]:
    """Seal a secret.

    Args:
        about: what it belongs to, such as a name; must be the same when it is opened.

    Returns:
        JSON data that holds everything but the passphrase.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = AESGCM(_key(passphrase, salt, cost)).encrypt(nonce, secret, about)
    return {
        "kdf": "argon2id",
        "memory_kib": cost.memory_kib,
        "passes": cost.passes,
        "lanes": cost.lanes,
        "salt": _text(salt),
        "cipher": "aes-256-gcm",
        "nonce": _text(nonce),
        "sealed": _text(sealed),
    }


def unseal(sealed: Mapping[str, Any], passphrase: str, about: bytes) -> bytes:
    """What `seal` sealed.

    Raises:
        InputError: it was not made by `seal`, or asks for more memory than it may.
        NotAllowedError: the passphrase is another one, or somebody changed what was sealed.
    """
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        if (sealed["kdf"], sealed["cipher"]) != ("argon2id", "aes-256-gcm"):
            raise ValueError("another cipher")
        cost = Cost(int(sealed["memory_kib"]), int(sealed["passes"]), int(sealed["lanes"]))
        if cost.memory_kib > _MOST_MEMORY_KIB or cost.passes > _MOST_PASSES or cost.lanes > 64:
            raise ValueError("too costly")
        salt, nonce, secret = (_bytes(sealed[name]) for name in ("salt", "nonce", "sealed"))
        key = _key(passphrase, salt, cost)
        return AESGCM(key).decrypt(nonce, secret, about)
    except InvalidTag as error:
        raise NotAllowedError("The passphrase does not open it.", "Type it again.") from error
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            "The sealed secret cannot be read: it is damaged, or a newer EvalDesk made it.",
            "Restore it from a backup.",
        ) from error


def _key(passphrase: str, salt: bytes, cost: Cost) -> bytes:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(
        salt=salt,
        length=32,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    return kdf.derive(passphrase.encode("utf-8"))


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: Any) -> bytes:
    return base64.b64decode(str(text), validate=True)
