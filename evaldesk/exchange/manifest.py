"""What a package says of itself: the part that is signed, and that everything else hangs on.

``docs/packages.md`` defines it for other programs.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, cast, get_args

import orjson

from evaldesk.domain.cards import SignedCard, card_of
from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json

FORMAT = 1
"""Of what this program writes."""
OLDEST = 1
"""That this program still reads."""

Kind = Literal["assignment", "return"]
KINDS: tuple[Kind, ...] = get_args(Kind)

MOST_MEMBERS = 64
LONGEST_MANIFEST = 64 * 1024 * 1024
MOST_UNPACKED = 2 * 1024 * 1024 * 1024
"""Bytes of all members together, unpacked."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}\.jsonl?")
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Member:
    """One part of a package.

    Attributes:
        name: a plain file name; never used as a path.
        packed: bytes as it lies in the package; ``sha256`` of these.
        length: bytes when unpacked.
    """

    name: str
    packed: int
    length: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """See ``docs/packages.md``.

    Attributes:
        id: UUIDv7 of the package.
        created_at: ISO 8601, by the sender's clock.
        program: version of EvalDesk that wrote it.
        sender: their card. reader: fingerprint and name of whom it is sealed to.
        project: id and name of the sender's project.
        content: what belongs to its kind.
    """

    id: str
    kind: Kind
    created_at: str
    program: str
    sender: SignedCard
    reader: Mapping[str, str]
    project: Mapping[str, str]
    nonce: str
    content: Mapping[str, Any]
    members: tuple[Member, ...] = field(default=())

    def to_json(self) -> dict[str, Any]:
        """How it is signed and written: as canonical JSON of this."""
        return {
            "evaldesk_package": FORMAT,
            "needs": FORMAT,
            "id": self.id,
            "kind": self.kind,
            "created_at": self.created_at,
            "program": self.program,
            "sender": self.sender.to_json(),
            "reader": dict(self.reader),
            "project": dict(self.project),
            "nonce": self.nonce,
            "content": dict(self.content),
            "members": [
                {
                    "name": one.name,
                    "packed": one.packed,
                    "length": one.length,
                    "sha256": one.sha256,
                }
                for one in self.members
            ],
        }


def read_manifest(raw: bytes) -> Manifest:
    """A manifest from its bytes. Its signature is checked elsewhere, and before anything in it is
    relied on.

    Raises:
        InputError: it is none, damaged, or written by a newer EvalDesk.
    """
    try:
        data = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise damaged("its manifest cannot be read") from error
    if not isinstance(data, dict) or not isinstance(data.get("evaldesk_package"), int):
        raise damaged("its manifest cannot be read")
    _check_version(data)
    # One spelling only: what is checked is what is used.
    if canonical_json(data) != raw:
        raise damaged("its manifest is not written as it should be")
    try:
        return _manifest(data)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise damaged(f"its manifest lacks something ({error})") from error


def _check_version(data: Mapping[str, Any]) -> None:
    version, needs = data["evaldesk_package"], data.get("needs")
    if not isinstance(needs, int) or isinstance(needs, bool) or needs > version:
        raise damaged("its manifest says nothing of its version")
    if needs > FORMAT:
        raise InputError(
            f"The package was written by a newer EvalDesk ({data.get('program')}): it needs "
            f"format {needs}, and this program knows {FORMAT}.",
            "Update EvalDesk, or have the sender export with an older version.",
        )
    if version < OLDEST:
        raise InputError(
            f"The package has format {version}, which is not read any more.",
            "Have it made again with a present EvalDesk.",
        )


def _manifest(data: Mapping[str, Any]) -> Manifest:
    members = tuple(_member(one) for one in data["members"][: MOST_MEMBERS + 1])
    _check_members(members)
    kind = data["kind"]
    if kind not in KINDS:
        raise ValueError(f"kind {kind}")
    texts = {name: data[name] for name in ("id", "created_at", "program", "nonce")}
    for name, value in texts.items():
        if not isinstance(value, str) or not value:
            raise ValueError(name)
    for name in ("reader", "project"):
        said = data[name]
        if not all(isinstance(text, str) for pair in said.items() for text in pair):
            raise ValueError(name)
    if not isinstance(data["content"], dict) or len(texts["nonce"]) < 32:
        raise ValueError("content")
    return Manifest(
        kind=cast("Kind", kind),
        sender=card_of(data["sender"]),
        reader={name: data["reader"][name] for name in ("fingerprint", "name")},
        project={name: data["project"][name] for name in ("id", "name")},
        content=data["content"],
        members=members,
        **texts,
    )


def _member(said: Mapping[str, Any]) -> Member:
    name, digest = said["name"], said["sha256"]
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ValueError(f"a member is called {str(name)[:80]!r}")
    if not isinstance(digest, str) or not _HEX.fullmatch(digest):
        raise ValueError("a member without its hash")
    sizes = (said["packed"], said["length"])
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int) or size < 0:
            raise ValueError("a member without its size")
    return Member(name, *sizes, digest)


def _check_members(members: tuple[Member, ...]) -> None:
    if len(members) > MOST_MEMBERS:
        raise ValueError("too many members")
    if len({one.name for one in members}) != len(members):
        raise ValueError("a member is named twice")
    if sum(one.length for one in members) > MOST_UNPACKED:
        raise ValueError(f"it unpacks to more than {MOST_UNPACKED >> 30} GB")


def damaged(what: str) -> InputError:
    """A package that cannot be used, and why."""
    return InputError(f"The package is damaged or was changed: {what}.", "Have it sent again.")
