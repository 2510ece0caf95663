"""Cards on their way from one person to another: JSON, or one line that fits into a message.

Whoever made the card signed it, so that a carrier can change neither its name nor its dates. That
the keys are the right person's is for people to see: they compare the fingerprint's words.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.identity import Card
from evaldesk.domain.person_names import can_be_shown

FORMAT = 1
SIGNED_AS = b"EvalDesk card 1\n"
_LINE = "evaldesk-card:"
_LONGEST = 10_000
_TEXTS = ("name", "sign_key", "seal_key", "created_at", "expires_at")


@dataclass(frozen=True, slots=True)
class SignedCard:
    """A card with its owner's own signature.

    Attributes:
        signature: of `signed_bytes`, 128 hexadecimal digits; whoever reads a card checks it.
    """

    card: Card
    signature: str

    @property
    def signed_bytes(self) -> bytes:
        """What the signature is of."""
        return signed_bytes(self.card)

    def to_json(self) -> dict[str, Any]:
        """How it is handed over."""
        return {"evaldesk_card": FORMAT, **self.card.to_json(), "signature": self.signature}

    @property
    def line(self) -> str:
        """The same in one line of letters and digits."""
        return _LINE + base64.urlsafe_b64encode(canonical_json(self.to_json())).decode("ascii")


def signed_bytes(card: Card) -> bytes:
    """What the owner of a card signs."""
    return SIGNED_AS + canonical_json(card.to_json())


def read_card(content: bytes | str, path: str = "") -> SignedCard:
    """A card as it was handed over, in either form. Its signature is still to be checked.

    Args:
        path: for error messages.

    Raises:
        InputError: it is no card, damaged, or of a newer format.
    """
    raw = content.encode("utf-8") if isinstance(content, str) else content
    raw = raw.strip()
    if len(raw) > _LONGEST:
        raise InputError("This is too long for a card.", path=path)
    if raw.startswith(_LINE.encode()):
        try:
            raw = base64.b64decode(raw[len(_LINE) :], b"-_", validate=True)
        except (binascii.Error, ValueError) as error:
            raise _no_card(path) from error
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _no_card(path) from error
    return card_of(data, path)


def card_of(data: Any, path: str = "") -> SignedCard:
    """A card from its JSON data; its signature is still to be checked.

    Raises:
        InputError: it is no card, or of a newer format.
    """
    if not isinstance(data, Mapping) or "evaldesk_card" not in data:
        raise _no_card(path)
    version = data["evaldesk_card"]
    if version != FORMAT:
        raise InputError(
            f"The card has format {version}; this program knows {FORMAT}.",
            "Update EvalDesk, or have the card made again.",
            path=path,
        )
    texts = [data.get(name) for name in (*_TEXTS, "signature")]
    if not all(isinstance(text, str) for text in texts):
        raise _no_card(path)
    name, sign_key, seal_key, created_at, expires_at, signature = (str(text) for text in texts)
    hexadecimal = all(c in "0123456789abcdef" for c in sign_key + signature)
    if not (hexadecimal and len(sign_key) == 64 and len(signature) == 128 and name.strip()):
        raise _no_card(path)
    if not can_be_shown(name):
        raise InputError(
            "The card's name is too long, or holds characters that are not seen.",
            "Have the card made again with a plain name.",
            path=path,
        )
    if not seal_key.startswith("age1") or not created_at:
        raise _no_card(path)
    return SignedCard(Card(name, sign_key, seal_key, created_at, expires_at), signature)


def _no_card(path: str) -> InputError:
    return InputError(
        "This is not a card of an EvalDesk identity, or it is damaged.",
        "`evaldesk identity export` makes one.",
        path=path,
    )
