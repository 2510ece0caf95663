"""A sealed secret opens with its passphrase and with nothing else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.credentials.sealed_file import Cost, seal, unseal
from evaldesk.domain.errors import InputError, NotAllowedError

CHEAP = Cost(memory_kib=64, passes=1)


@given(st.binary(max_size=300), st.text(max_size=20), st.binary(max_size=20))
def test_what_was_sealed_comes_back(secret: bytes, passphrase: str, about: bytes) -> None:
    try:
        passphrase.encode()
    except UnicodeEncodeError:
        return
    assert unseal(seal(secret, passphrase, about, CHEAP), passphrase, about) == secret


def test_another_passphrase_or_owner_is_refused() -> None:
    sealed = seal(b"secret", "right", b"Ada", CHEAP)
    for passphrase, about in (("wrong", b"Ada"), ("right", b"Bo"), ("", b"Ada")):
        with pytest.raises(NotAllowedError):
            unseal(sealed, passphrase, about)


@pytest.mark.parametrize("name", ["salt", "nonce", "sealed"])
def test_no_byte_can_be_changed(name: str) -> None:
    sealed = seal(b"secret", "right", b"Ada", CHEAP)
    raw = base64.b64decode(sealed[name])
    for place in range(len(raw)):
        other = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises((NotAllowedError, InputError)):
            unseal({**sealed, name: base64.b64encode(other).decode()}, "right", b"Ada")


@pytest.mark.parametrize(
    "change",
    [
        {"kdf": "none"},
        {"cipher": "rot13"},
        {"memory_kib": 1 << 40},
        {"passes": 10**9},
        {"lanes": "x"},
        {"salt": "%%"},
        {"nonce": None},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_it_asks_for_is_checked(change: dict[str, object]) -> None:
    sealed = seal(b"secret", "right", b"Ada", CHEAP)
    with pytest.raises((InputError, NotAllowedError)):
        unseal({**sealed, **change}, "right", b"Ada")


def test_the_secret_is_not_in_what_is_kept() -> None:
    sealed = seal(b"canary-canary", "right", b"Ada", CHEAP)
    assert "canary" not in repr(sealed)
    assert base64.b64encode(b"canary-canary").decode() not in repr(sealed)
