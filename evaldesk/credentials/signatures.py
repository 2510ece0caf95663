"""Whether a person signed something."""


def is_signed(sign_key: str, signature: str | bytes, message: bytes) -> bool:
    """Whether the signature is that of the key.

    Args:
        sign_key: Ed25519 public key, 64 hexadecimal digits.
        signature: 64 bytes, or 128 hexadecimal digits.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = bytes.fromhex(signature) if isinstance(signature, str) else signature
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(sign_key)).verify(raw, message)
    except (InvalidSignature, ValueError):
        return False
    return True
