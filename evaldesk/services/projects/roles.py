"""What a person is to a project, and so what a screen or a command offers them.

It is told by what the project itself says: made of a package, whom it trusts, and as what. In a
project of one's own this is a convenience and no barrier (docs/security.md); what packages may
carry is held by signatures.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaldesk.domain.errors import NotAllowedError
from evaldesk.domain.identifiers import now
from evaldesk.domain.identity import ROLES, Role

if TYPE_CHECKING:
    from evaldesk.domain.trust import Trusted
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class Place:
    """What somebody is to a project.

    Attributes:
        role: see `evaldesk.domain.identity.Role`.
        rater: the name that work is kept under where the project was made of a package; empty in
            any other.
        sender: who sent that package.
    """

    role: Role = "owner"
    rater: str = ""
    sender: str = ""

    @property
    def of_package(self) -> bool:
        """Whether the project was made of a package."""
        return bool(self.rater)


def place_of(project: "Project", name: str) -> Place:
    """What a person is to a project: in one that was made of a package, what its sender says; else
    what they are trusted as, by a key of theirs on this machine or by name. Nobody is trusted as
    owner at first, and then whoever works in it is one.
    """
    made = project.packages.opened()
    if made is not None:
        from evaldesk.exchange.manifest import read_manifest

        manifest = read_manifest(made.manifest.encode("utf-8"))
        plain = manifest.content.get("role", "reviewer") == "reviewer"
        return Place(
            "reviewer" if plain else "adjudicator",
            str(manifest.content["rater"]),
            manifest.sender.card.name,
        )
    trusted = [one for one in project.trust.all() if not one.objection(now())]
    if not trusted:
        return Place()
    known = _of(trusted, name)
    if known:
        return Place(min(known, key=ROLES.index))
    return Place("reviewer" if any(one.role == "owner" for one in trusted) else "owner")


def _of(trusted: "Collection[Trusted]", name: str) -> list[Role]:
    named: list[Role] = [one.role for one in trusted if one.name == name]
    if named:
        return named
    from evaldesk.services.projects.identities import own_identities

    mine = {one.fingerprint for one in own_identities() if one.name == name}
    return [one.role for one in trusted if one.fingerprint in mine]


def may(role: Role, least: Role) -> bool:
    """Whether a role is at least another one: owner, specialist, adjudicator, reviewer."""
    return ROLES.index(role) <= ROLES.index(least)


def require(project: "Project", name: str, least: Role, what: str) -> None:
    """Refuse what a person's role does not allow.

    Args:
        what: they want, as in “change the network policy”.

    Raises:
        NotAllowedError: their role is less.
    """
    place = place_of(project, name)
    if may(place.role, least):
        return
    if place.of_package:
        raise NotAllowedError(
            f"This project was made of a package of {place.sender}; it is there to rate in, and "
            f"you cannot {what} here.",
            f"Ask {place.sender}.",
        )
    raise NotAllowedError(
        f"{name} is {_article(place.role)} of this project, and only {_article(least)} may {what}.",
        "Ask an owner of the project.",
    )


def _article(role: Role) -> str:
    return f"an {role}" if role[0] in "ao" else f"a {role}"
