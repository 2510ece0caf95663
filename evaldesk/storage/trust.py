"""Whose signatures a project accepts. Only ever appended; the last word on a key counts."""

from typing import Any, cast

from sqlalchemy import Connection, Row, select

from evaldesk.domain.cards import SignedCard, card_of
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.identity import ROLES, Role
from evaldesk.domain.trust import Trusted, TrustState
from evaldesk.storage import codec, people
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database


class TrustRepository:
    """The keys that a project knows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Trusted]:
        """Every key ever trusted, as it stands, in the order they came."""
        with self._database.read() as connection:
            return standing(connection)

    def of_key(self, fingerprint: str) -> Trusted | None:
        """How a key stands; None where it was never trusted."""
        found = [one for one in self.all() if one.fingerprint == fingerprint]
        return found[0] if found else None

    def of_name(self, name: str) -> Trusted:
        """The key of a person that was trusted last and still is.

        Raises:
            NotFoundError: nobody of that name is trusted; offers the nearest.
        """
        trusted = [one for one in self.all() if one.state == "trusted"]
        found = [one for one in trusted if one.name == name]
        if not found:
            raise NotFoundError.among("trusted person", name, [one.name for one in trusted])
        return found[-1]

    def trust(
        self,
        signed_card: SignedCard,
        role: Role,
        author: str,
        *,
        name: str = "",
        reason: str = "",
        expires_at: str = "",
    ) -> Trusted:
        """Accept a key from here on, or give it another role or date.

        Args:
            name: that this project knows the person by; the card's where empty.
            expires_at: ISO 8601; empty for never.

        Raises:
            UsageError: no such role.
        """
        if role not in ROLES:
            raise UsageError(f"There is no role “{role}”.", f"There are {', '.join(ROLES)}.")
        name = name or signed_card.card.name
        return self._append(signed_card, name, role, "trusted", author, reason, expires_at)

    def revoke(
        self, fingerprint: str, author: str, reason: str, *, compromised: bool = False
    ) -> Trusted:
        """Accept a key no more.

        Raises:
            NotFoundError: it was never trusted.
            UsageError: no reason, or it is revoked already.
        """
        before = self.of_key(fingerprint)
        if before is None:
            raise NotFoundError(f"No key {fingerprint[:16]}… was ever trusted here.")
        state: TrustState = "compromised" if compromised else "revoked"
        if before.state in (state, "compromised"):
            raise UsageError(f"The key of {before.name} is {before.state} already.")
        if not reason.strip():
            raise UsageError("A revocation needs a reason.", "Say in a sentence why.")
        return self._append(
            before.signed_card, before.name, before.role, state, author, reason, before.expires_at
        )

    def _append(
        self,
        signed_card: SignedCard,
        name: str,
        role: Role,
        state: TrustState,
        author: str,
        reason: str,
        expires_at: str,
    ) -> Trusted:
        fingerprint = signed_card.card.fingerprint
        told = {"name": name, "role": role, "fingerprint": fingerprint}
        with self._database.write(
            event=f"trust.{state}", author=author, reason=reason.strip(), details=told
        ) as connection:
            connection.execute(
                t.trust.insert().values(
                    id=new_id(),
                    fingerprint=fingerprint,
                    name=name,
                    card=codec.encode(signed_card.to_json()),
                    role=role,
                    state=state,
                    author_pk=people.ensure(connection, author),
                    reason=reason.strip(),
                    expires_at=expires_at,
                    created_at=now(),
                )
            )
            return next(one for one in standing(connection) if one.fingerprint == fingerprint)


def standing(connection: Connection) -> list[Trusted]:
    """Every key ever trusted, as it stands, in the order they came."""
    found: dict[str, Trusted] = {}
    rows = select(t.trust, t.person.c.name.label("author")).join(
        t.person, t.person.c.pk == t.trust.c.author_pk
    )
    for row in connection.execute(rows.order_by(t.trust.c.seq)):
        before = found.get(row.fingerprint)
        found[row.fingerprint] = _trusted(row, row.created_at if before is None else before.since)
    return list(found.values())


def _trusted(row: Row[*tuple[Any, ...]], since: str) -> Trusted:
    return Trusted(
        signed_card=card_of(codec.decode(row.card)),
        name=row.name,
        role=cast("Role", row.role),
        state=cast("TrustState", row.state),
        by=row.author,
        at=row.created_at,
        reason=row.reason,
        since=since,
        expires_at=row.expires_at,
    )
