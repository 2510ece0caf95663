"""Whose signature a project accepts, as what, and until when."""

from dataclasses import dataclass
from typing import Literal

from evaldesk.domain.cards import SignedCard
from evaldesk.domain.identity import Card, Role

TrustState = Literal["trusted", "revoked", "compromised"]
"""revoked: what was signed before stays valid. compromised: somebody else may hold the key, and
could sign with an earlier date; what did not come in before is refused."""


@dataclass(frozen=True, slots=True)
class Trusted:
    """How a person's key stands in a project.

    Attributes:
        signed_card: as it was handed over.
        name: that this project knows the person by.
        role: what a package of theirs may carry; see `Role`.
        state: see `TrustState`.
        by: who said so last, ``at`` when (ISO 8601), ``reason`` why.
        since: when the key was first trusted.
        expires_at: ISO 8601; empty for never. The card's own date counts besides.
    """

    signed_card: SignedCard
    name: str
    role: Role
    state: TrustState
    by: str
    at: str
    reason: str
    since: str
    expires_at: str = ""

    @property
    def card(self) -> Card:
        """The keys."""
        return self.signed_card.card

    @property
    def fingerprint(self) -> str:
        """Of the keys."""
        return self.card.fingerprint

    def objection(self, signed_at: str) -> str:
        """Why something signed at this time (ISO 8601) is not accepted; empty where it is."""
        if self.state == "compromised":
            return f"the key of {self.name} was reported as compromised ({self.reason})"
        if self.state == "revoked" and signed_at >= self.at:
            return f"the key of {self.name} was revoked on {self.at[:10]} ({self.reason})"
        ends = min((end for end in (self.expires_at, self.card.expires_at) if end), default="")
        if ends and signed_at >= ends:
            return f"the key of {self.name} expired on {ends[:10]}"
        return ""
