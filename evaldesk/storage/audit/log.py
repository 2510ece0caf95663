"""Reading the log, and adding what no write transaction shows: reads, exports, reveals."""

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select

from evaldesk.domain.audit import AuditEvent, EventFilter, LoggedEvent
from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.identity import Card
from evaldesk.storage import packing, portable_rows
from evaldesk.storage import tables as t
from evaldesk.storage.audit import chain
from evaldesk.storage.engine import Database

_e = t.audit_event.c
EVERYTHING = EventFilter()

_own = select(t.audit_head.c.chain).where(t.audit_head.c.own == 1).scalar_subquery()
_EVENTS: Select[Any] = select(
    *(_e[name] for name in chain.COLUMNS), _e.seq, _e.hash, _own.label("own")
)


class AuditRepository:
    """The project's log."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(
        self, kind: str, body: Mapping[str, Any], author: str = "", reason: str = ""
    ) -> None:
        """Log what changes nothing in the file: an export, a package that left, a reveal.

        Args:
            kind: ``area.what``.
            body: names and counts, never text of a trace.
        """
        with self._database.write(
            event=kind, author=author, reason=reason, details=body, always=True
        ):
            pass

    def head(self) -> tuple[str, int, str]:
        """This file's own chain: its id, its last number, its last hash. An auditor keeps these."""
        with self._database.read() as connection:
            return chain.own_head(connection)

    def heads(self) -> dict[str, tuple[int, str]]:
        """Chain → its last number and hash; this file's own first."""
        head = t.audit_head.c
        with self._database.read() as connection:
            found = connection.execute(
                select(head.chain, head.number, head.hash).order_by(head.own.desc(), head.chain)
            )
            return {name: (number, digest) for name, number, digest in found}

    def count(self, wanted: EventFilter = EVERYTHING) -> int:
        """How many events there are."""
        statement = select(func.count()).select_from(t.audit_event).where(*_tests(wanted))
        with self._database.read() as connection:
            return int(connection.execute(statement).scalar_one())

    def numbers(self, wanted: EventFilter = EVERYTHING) -> "array[int]":
        """``seq`` of the events, newest first."""
        statement = select(_e.seq).where(*_tests(wanted)).order_by(_e.at.desc(), _e.seq.desc())
        with self._database.read() as connection:
            return packing.numbers(connection, statement)

    def some(self, numbers: Sequence[int]) -> list[LoggedEvent]:
        """These events, in this order; what is not there is left out."""
        with self._database.read() as connection:
            found = connection.execute(_EVENTS.where(_e.seq.in_(numbers)))
            known = {row.seq: _logged(row) for row in found}
        return [known[number] for number in numbers if number in known]

    def get(self, seq: int) -> LoggedEvent:
        """One event.

        Raises:
            NotFoundError: there is none of that number.
        """
        found = self.some([seq])
        if not found:
            raise NotFoundError(f"The log has no entry {seq}.")
        return found[0]

    def kinds(self) -> list[str]:
        """Every kind that occurs, in alphabetical order."""
        return self._distinct(_e.kind)

    def authors(self) -> list[str]:
        """Everyone who did something, in alphabetical order."""
        return [name for name in self._distinct(_e.author) if name]

    def _distinct(self, column: ColumnElement[str]) -> list[str]:
        # From one value to the next by the index: a million entries have few of them.
        found: list[str] = []
        with self._database.read() as connection:
            value = connection.execute(select(func.min(column))).scalar()
            while value is not None:
                found.append(value)
                value = connection.execute(select(func.min(column)).where(column > value)).scalar()
        return found

    def everything(self) -> Iterator[tuple[AuditEvent, str]]:
        """Every event with the hash that the file has of it, chain by chain, ours first."""
        with self._database.read() as connection:
            statement = _EVENTS.order_by((_e.chain != _own), _e.chain, _e.number)
            for row in connection.execute(statement.execution_options(yield_per=500)):
                yield chain.event_of(row[: len(chain.COLUMNS)]), row.hash

    def card(self, event: AuditEvent) -> Card | None:
        """The card of the key that signed an event, as its chain has it; None where it has none."""
        if not event.key:
            return None
        with self._database.read() as connection:
            first = connection.execute(
                _EVENTS.where(_e.key == event.key, _e.chain == event.chain)
                .order_by(_e.number)
                .limit(1)
            ).one_or_none()
        said = None if first is None else _logged(first).event.body.get("card")
        card = Card(**said) if isinstance(said, dict) else None
        return card if card is not None and card.fingerprint == event.key else None

    def rows(self, seq: int, limit: int = 50) -> dict[str, list[dict[str, Any]]]:
        """What an event of this file's own chain covers, as other files can read it.

        Args:
            limit: so many rows of each table at most.
        """
        found: dict[str, list[dict[str, Any]]] = {}
        c = t.audit_cover.c
        with self._database.read() as connection:
            for name, first, last in connection.execute(
                select(c.name, c.first_pk, c.last_pk).where(c.event_seq == seq)
            ).all():
                until = min(last, first + limit - 1)
                rows = portable_rows.rows(connection, name, after=first - 1, until=until)
                found[name] = [content for _, content in rows]
        return found


def _tests(wanted: EventFilter) -> list[ColumnElement[bool]]:
    tests: list[ColumnElement[bool]] = []
    if wanted.kind:
        area = wanted.kind.split(".")[0] + "."
        inside = _e.kind.between(area, area + "\U0010ffff")
        tests.append(_e.kind == wanted.kind if "." in wanted.kind else inside)
    if wanted.author:
        tests.append(_e.author == wanted.author)
    if wanted.since:
        tests.append(_e.at >= wanted.since)
    if wanted.until:
        tests.append(_e.at <= wanted.until + "\U0010ffff")
    if wanted.text:
        tests.append(
            or_(
                *(
                    column.icontains(wanted.text, autoescape=True)
                    for column in (_e.kind, _e.author, _e.body)
                )
            )
        )
    return tests


def _logged(row: Row[*tuple[Any, ...]]) -> LoggedEvent:
    event = chain.event_of(row[: len(chain.COLUMNS)])
    return LoggedEvent(row.seq, event, event.chain == row.own, row.hash)
