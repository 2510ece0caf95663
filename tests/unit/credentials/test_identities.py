"""Keys are made once, kept sealed, and never lie anywhere in the clear."""

import json
from pathlib import Path
from typing import ClassVar

import keyring
import keyring.backend
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.credentials.identities import IdentityStore
from evaldesk.credentials.sealed_file import Cost
from evaldesk.credentials.signatures import is_signed
from evaldesk.domain.cards import SignedCard, read_card, signed_bytes
from evaldesk.domain.errors import InputError, NotAllowedError, NotFoundError
from evaldesk.domain.fingerprint_words import words_of
from evaldesk.services.projects.identities import checked_card

CHEAP = Cost(memory_kib=64, passes=1)


def nothing(_: str) -> None:
    return None


def word(_: str) -> str:
    return "a passphrase"


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring that lasts as long as a test."""

    priority: ClassVar[float] = 1

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("locked")
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def store(tmp_path: Path) -> IdentityStore:
    return IdentityStore(tmp_path / "identities", CHEAP)


@pytest.fixture
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    import keyring.backends.fail

    monkeypatch.setattr(keyring, "get_keyring", keyring.backends.fail.Keyring)


@pytest.fixture
def a_keyring(monkeypatch: pytest.MonkeyPatch) -> MemoryKeyring:
    made = MemoryKeyring()
    monkeypatch.setattr(keyring, "get_keyring", lambda: made)
    monkeypatch.setattr(keyring, "get_password", made.get_password)
    monkeypatch.setattr(keyring, "set_password", made.set_password)
    return made


@pytest.mark.usefixtures("no_keyring")
def test_without_keyring_and_passphrase_nothing_is_made(store: IdentityStore) -> None:
    with pytest.raises(NotAllowedError, match="no keyring"):
        store.make("Ada", nothing)
    assert not store.folder.exists()


@pytest.mark.usefixtures("no_keyring")
def test_keys_in_a_file_open_with_the_passphrase_only(store: IdentityStore) -> None:
    made = store.make("Ada", word)
    kept = store.find("Ada")
    assert kept is not None
    assert kept.where == "file"
    assert store.unlock(kept, word) == made
    for other in (nothing, lambda _: "another"):
        with pytest.raises(NotAllowedError):
            store.unlock(kept, other)
    (path,) = store.folder.iterdir()
    text = path.read_text("utf-8")
    assert made._seal_secret not in text
    assert made._seed.hex() not in text
    assert "AGE-SECRET-KEY" not in text
    assert "AGE-SECRET" not in repr(made)


def test_keys_in_a_keyring_lie_nowhere_else(store: IdentityStore, a_keyring: MemoryKeyring) -> None:
    made = store.make("Ada", nothing)
    kept = store.find("Ada")
    assert kept is not None
    assert kept.where == "keyring"
    assert store.unlock(kept, nothing) == made
    (path,) = store.folder.iterdir()
    assert set(json.loads(path.read_text("utf-8"))) == {"evaldesk_identity", "card", "where"}
    a_keyring.locked = True
    with pytest.raises(NotAllowedError, match="did not answer"):
        store.unlock(kept, nothing)
    a_keyring.locked = False
    a_keyring.kept.clear()
    with pytest.raises(NotFoundError):
        store.unlock(kept, nothing)


def test_a_keyring_that_forgets_is_not_relied_on(
    store: IdentityStore, a_keyring: MemoryKeyring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "set_password", lambda *_: None)
    with pytest.raises(NotAllowedError):
        store.make("Ada", nothing)
    store.make("Ada", word)
    assert not a_keyring.kept
    assert [one.where for one in store.list()] == ["file"]


@pytest.mark.usefixtures("no_keyring")
def test_a_signature_is_of_one_message_and_one_key(store: IdentityStore) -> None:
    ada, bo = store.make("Ada", word), store.make("Bo", word)
    signature = ada.sign(b"message")
    assert is_signed(ada.card.sign_key, signature, b"message")
    assert is_signed(ada.card.sign_key, signature.hex(), b"message")
    assert not is_signed(ada.card.sign_key, signature, b"another")
    assert not is_signed(bo.card.sign_key, signature, b"message")
    assert not is_signed(ada.card.sign_key, "", b"message")
    assert not is_signed("zz", signature, b"message")


@pytest.mark.usefixtures("no_keyring")
def test_a_card_comes_back_from_both_its_forms(store: IdentityStore) -> None:
    signed = store.make("Ada Löve", word, expires_at="2030-01-01T00:00:00Z").signed_card
    for form in (json.dumps(signed.to_json()), signed.line, f"\n{signed.line}\n"):
        assert checked_card(form) == signed


@pytest.mark.usefixtures("no_keyring")
def test_a_changed_card_is_refused(store: IdentityStore) -> None:
    signed = store.make("Ada", word).signed_card
    other = store.make("Bo", word).signed_card
    data = signed.to_json()
    for name, value in (
        ("name", "Eve"),
        ("seal_key", other.card.seal_key),
        ("sign_key", other.card.sign_key),
        ("expires_at", "2099-01-01T00:00:00Z"),
        ("signature", other.signature),
        ("evaldesk_card", 2),
        ("name", 7),
        ("sign_key", "x"),
        ("signature", ""),
    ):
        with pytest.raises(InputError):
            checked_card(json.dumps({**data, name: value}))
    for place in range(0, len(signed.line), 7):
        changed = chr(ord(signed.line[place]) ^ 1)
        with pytest.raises(InputError):
            checked_card(signed.line[:place] + changed + signed.line[place + 1 :])


@given(st.binary(max_size=200) | st.text(max_size=200))
def test_anything_else_is_no_card(content: bytes | str) -> None:
    try:
        raw = content if isinstance(content, bytes) else content.encode()
    except UnicodeEncodeError:
        return
    with pytest.raises(InputError):
        read_card(raw)


@pytest.mark.usefixtures("no_keyring")
def test_a_damaged_file_of_an_identity_is_passed_over(store: IdentityStore) -> None:
    store.make("Ada", word)
    (path,) = store.folder.iterdir()
    data = json.loads(path.read_text("utf-8"))
    data["card"]["name"] = "Eve"
    path.write_text(json.dumps(data), "utf-8")
    (store.folder / "x.identity.json").write_text("{", "utf-8")
    assert store.list() == []


@given(st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16))
def test_other_fingerprints_have_other_words(one: bytes, two: bytes) -> None:
    first, second = words_of(one.hex()), words_of(two.hex())
    assert len(first.split()) == 8
    assert all(len(part) == 5 for part in first.split())
    assert (first == second) == (one == two)


@pytest.mark.usefixtures("no_keyring")
def test_the_card_names_what_its_signature_is_of(store: IdentityStore) -> None:
    signed = store.make("Ada", word).signed_card
    assert isinstance(signed, SignedCard)
    assert signed.signed_bytes == signed_bytes(signed.card)
    assert signed.signed_bytes.startswith(b"EvalDesk card 1\n")
