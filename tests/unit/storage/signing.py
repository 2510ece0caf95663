"""A person with keys, for tests."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evaldesk.domain.identity import Card


class TestSigner:
    """Signs in a name; the key is the same for the same name."""

    __test__ = False

    def __init__(self, name: str) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(name.encode().ljust(32, b".")[:32])
        public = self._key.public_key().public_bytes_raw().hex()
        self.card = Card(name, public, f"age1{name}", "2026-11-01T00:00:00.000Z")

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)
