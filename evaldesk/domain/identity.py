"""Who somebody is, beyond a name: public keys, and what a role allows."""

import hashlib
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from evaldesk.domain.identifiers import canonical_json

Role = Literal["owner", "specialist", "adjudicator", "reviewer"]
"""reviewer: brings their own ratings and nothing else. adjudicator: rulings besides. specialist:
traces, datasets, rubrics and rounds besides. owner: keys, policies and roles besides."""

ROLES: tuple[Role, ...] = ("owner", "specialist", "adjudicator", "reviewer")


@dataclass(frozen=True, slots=True)
class Card:
    """The public half of a person's keys, small enough to hand over on paper.

    Attributes:
        name: as ratings and rulings are kept under.
        sign_key: Ed25519 public key, 64 hexadecimal digits.
        seal_key: age recipient (``age1…``).
        created_at: ISO 8601.
        expires_at: ISO 8601; empty for never.
    """

    name: str
    sign_key: str
    seal_key: str
    created_at: str
    expires_at: str = ""

    @property
    def fingerprint(self) -> str:
        """SHA-256 of both keys, as 64 hexadecimal digits: the same for a renewed name or date."""
        keys = canonical_json([self.sign_key, self.seal_key])
        return hashlib.sha256(keys).hexdigest()

    def to_json(self) -> dict[str, Any]:
        """What is handed over, and kept beside what this person signed."""
        return {
            "name": self.name,
            "sign_key": self.sign_key,
            "seal_key": self.seal_key,
            "created_at": self.created_at,
            "expires_at": self.expires_at,
        }


class Signer(Protocol):
    """Signs in a person's name; holds the private key, and shows it to nobody."""

    @property
    def card(self) -> Card:
        """Whose signature it is."""

    def sign(self, message: bytes) -> bytes:
        """Ed25519 signature, 64 bytes."""
