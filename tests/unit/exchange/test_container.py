"""No byte of a package can be another one, and nothing unpacks to more than was signed."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pyrage
import pytest
from backports.zstd import compress
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.credentials.identities import Identity, IdentityStore
from evaldesk.credentials.sealed_file import Cost
from evaldesk.domain.errors import EvalDeskError, InputError, NotAllowedError
from evaldesk.domain.identifiers import canonical_json, new_id, now
from evaldesk.exchange import container
from evaldesk.exchange.container import seal, unsealed
from evaldesk.exchange.manifest import Manifest, read_manifest


def made(folder: Path, name: str) -> Identity:
    return IdentityStore(folder, Cost(64, 1)).make(name, lambda _: "x", in_file=True)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Identity]:
    folder = tmp_path_factory.mktemp("identities")
    return {name: made(folder, name) for name in ("Olga", "Ada", "Eve")}


def manifest(sender: Identity, reader: Identity, **content: Any) -> Manifest:
    return Manifest(
        id=new_id(),
        kind="assignment",
        created_at=now(),
        program="0",
        sender=sender.signed_card,
        reader={"fingerprint": reader.card.fingerprint, "name": reader.card.name},
        project={"id": "p", "name": "P"},
        nonce="0" * 64,
        content=content,
    )


MEMBERS = {"traces.jsonl": b'{"a":1}\n' * 50, "rubric.json": b"{}", "empty.json": b""}


def sealed(people: dict[str, Identity]) -> bytes:
    olga, ada = people["Olga"], people["Ada"]
    keys = [ada.card.seal_key, olga.card.seal_key]
    return seal(manifest(olga, ada, round="Pilot"), MEMBERS, olga, keys)


def inside(people: dict[str, Identity]) -> bytes:
    return people["Ada"].unseal(sealed(people))


def reseal(people: dict[str, Identity], content: bytes) -> bytes:
    key = pyrage.x25519.Recipient.from_str(people["Ada"].card.seal_key)
    found: bytes = pyrage.encrypt(content, [key])
    return found


def parts_of(content: bytes) -> tuple[bytes, bytes, bytes]:
    start = len(b"EvalDesk package\n") + 4
    length = int.from_bytes(content[start - 4 : start], "big")
    raw = content[start : start + length]
    return raw, content[start + length : start + length + 64], content[start + length + 64 :]


def put_together(raw: bytes, signature: bytes, rest: bytes) -> bytes:
    return b"EvalDesk package\n" + len(raw).to_bytes(4, "big") + raw + signature + rest


def signed_anew(people: dict[str, Identity], who: str, data: Any, rest: bytes) -> bytes:
    raw = canonical_json(data)
    signature = people[who].sign(b"EvalDesk package manifest 1\n" + raw)
    return reseal(people, put_together(raw, signature, rest))


def test_reader_and_sender_open_it_and_nobody_else(people: dict[str, Identity]) -> None:
    file = sealed(people)
    for name in ("Ada", "Olga"):
        found = unsealed(file, people[name])
        assert found.members == MEMBERS
        assert found.manifest.content == {"round": "Pilot"}
        assert found.manifest.sender == people["Olga"].signed_card
        assert found.sha256 == hashlib.sha256(file).hexdigest()
    with pytest.raises(NotAllowedError, match="not sealed to Eve"):
        unsealed(file, people["Eve"])
    assert b"Pilot" not in file


def test_every_byte_of_the_file_matters(people: dict[str, Identity]) -> None:
    file = sealed(people)
    for place in range(len(file)):
        changed = file[:place] + bytes([file[place] ^ (1 << place % 8)]) + file[place + 1 :]
        with pytest.raises((InputError, NotAllowedError)):
            unsealed(changed, people["Ada"])


def test_every_byte_inside_matters_too(people: dict[str, Identity]) -> None:
    content = inside(people)
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        with pytest.raises((InputError, NotAllowedError)):
            unsealed(reseal(people, changed), people["Ada"])


def test_cut_off_or_longer_anywhere_it_is_refused(people: dict[str, Identity]) -> None:
    file, content = sealed(people), inside(people)
    for end in range(len(file)):
        with pytest.raises((InputError, NotAllowedError)):
            unsealed(file[:end], people["Ada"])
    for more in (b"\0", b"x" * 100, file):
        with pytest.raises(InputError):
            unsealed(file + more, people["Ada"])
    for end in range(0, len(content), 3):
        with pytest.raises((InputError, NotAllowedError)):
            unsealed(reseal(people, content[:end]), people["Ada"])
    with pytest.raises(InputError):
        unsealed(reseal(people, content + b"\0"), people["Ada"])


def test_nobody_signs_for_another(people: dict[str, Identity]) -> None:
    raw, signature, rest = parts_of(inside(people))
    data = orjson.loads(raw)
    with pytest.raises(NotAllowedError, match="did not sign"):
        unsealed(signed_anew(people, "Eve", data, rest), people["Ada"])
    with pytest.raises(NotAllowedError, match="did not sign"):
        unsealed(reseal(people, put_together(raw, bytes(64), rest)), people["Ada"])
    data["sender"]["name"] = "Somebody"
    with pytest.raises(InputError, match="card was changed"):
        unsealed(signed_anew(people, "Olga", data, rest), people["Ada"])
    assert signature != bytes(64)


@pytest.mark.parametrize(
    "name",
    [
        "../evil.json",
        "/etc/passwd.json",
        "..\\evil.json",
        "a/b.json",
        "C:evil.json",
        "rubric.json\0.sh",
        "evil.sh",
        "",
        ".json",
        "traces.jsonl",
        7,
    ],
    ids=repr,
)
def test_names_of_members_are_plain(people: dict[str, Identity], name: object) -> None:
    raw, _, rest = parts_of(inside(people))
    data = orjson.loads(raw)
    data["members"][1]["name"] = name
    with pytest.raises(InputError):
        unsealed(signed_anew(people, "Olga", data, rest), people["Ada"])


def bomb(people: dict[str, Identity], length: int, said: int) -> bytes:
    raw, _, _ = parts_of(inside(people))
    packed = compress(bytes(length), 1)
    data = orjson.loads(raw)
    digest = hashlib.sha256(packed).hexdigest()
    data["members"] = [{"name": "a.json", "packed": len(packed), "length": said, "sha256": digest}]
    return signed_anew(people, "Olga", data, packed)


def test_nothing_unpacks_to_more_than_it_says(people: dict[str, Identity]) -> None:
    assert unsealed(bomb(people, 1000, 1000), people["Ada"]).members == {"a.json": bytes(1000)}
    for said in (0, 999, 1001):
        with pytest.raises(InputError, match="size"):
            unsealed(bomb(people, 1000, said), people["Ada"])
    with pytest.raises(InputError, match="size"):
        unsealed(bomb(people, 500_000_000, 10), people["Ada"])
    with pytest.raises(InputError, match="unpacks to more"):
        unsealed(bomb(people, 1000, 3 << 30), people["Ada"])


def test_what_is_too_large_is_not_even_opened(
    people: dict[str, Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = sealed(people)
    monkeypatch.setattr(container, "MOST_BYTES", len(file) - 1)
    with pytest.raises(InputError, match="larger"):
        unsealed(file, people["Ada"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"needs": 2, "evaldesk_package": 2, "program": "9.1"}, "newer EvalDesk .9.1."),
        ({"needs": 2}, "version"),
        ({"needs": 0, "evaldesk_package": 0}, "format 0"),
        ({"needs": None}, "version"),
        ({"evaldesk_package": "1"}, "manifest"),
        ({"kind": "party"}, "kind"),
        ({"nonce": "0"}, "content"),
        ({"reader": {}}, "fingerprint"),
        ({"members": None}, "lacks"),
        ({"created_at": ""}, "created_at"),
    ],
    ids=lambda part: str(part)[:40],
)
def test_other_versions_are_refused_in_words(
    people: dict[str, Identity], change: dict[str, Any], words: str
) -> None:
    raw, _, rest = parts_of(inside(people))
    with pytest.raises(InputError, match=words):
        unsealed(signed_anew(people, "Olga", {**orjson.loads(raw), **change}, rest), people["Ada"])


def test_a_later_program_that_needs_no_more_is_read(people: dict[str, Identity]) -> None:
    raw, _, rest = parts_of(inside(people))
    data = {**orjson.loads(raw), "evaldesk_package": 7, "needs": 1, "more": {"a": 1}}
    assert unsealed(signed_anew(people, "Olga", data, rest), people["Ada"]).members == MEMBERS


def test_another_spelling_of_the_manifest_is_refused(people: dict[str, Identity]) -> None:
    raw, _, rest = parts_of(inside(people))
    spaced = orjson.dumps(orjson.loads(raw), option=orjson.OPT_INDENT_2)
    signature = people["Olga"].sign(b"EvalDesk package manifest 1\n" + spaced)
    with pytest.raises(InputError):
        unsealed(reseal(people, put_together(spaced, signature, rest)), people["Ada"])


@given(st.binary(max_size=400))
def test_anything_else_is_no_package(people: dict[str, Identity], content: bytes) -> None:
    for file in (content, b"age-encryption.org/v1\n" + content, reseal(people, content)):
        with pytest.raises(EvalDeskError):
            unsealed(file, people["Ada"])
    with pytest.raises(InputError):
        read_manifest(content)


def test_a_key_that_cannot_be_sealed_to_is_said(people: dict[str, Identity]) -> None:
    olga = people["Olga"]
    with pytest.raises(InputError, match="card"):
        seal(manifest(olga, olga), MEMBERS, olga, ["age1nonsense"])
    with pytest.raises(InputError):
        seal(replace(manifest(olga, olga), nonce=""), MEMBERS, olga, [olga.card.seal_key])
