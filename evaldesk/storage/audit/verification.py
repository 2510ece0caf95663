"""Whether the log is whole, and whether the rows that it speaks of are there, unchanged and no
others.
"""

import hashlib
import heapq
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection

from evaldesk.domain.audit import AuditEvent
from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.identity import Card
from evaldesk.domain.project import Fault
from evaldesk.storage import portable_rows
from evaldesk.storage.audit import chain, coverage, scores

Fits = Callable[[str, str, bytes], bool]
"""Whether, by a public key (hexadecimal), a signature (hexadecimal) is of a message."""

Part = Callable[[], Iterator[Fault | None]]
"""Reads one kind of thing: for each, what is wrong with it, or None."""

_MANY = 100
"""So many rows that nobody logged are named; there may be millions."""

_TRAVEL = (
    "answer",
    "submission",
    "ruling",
    "note",
    "highlight",
    "preference",
    "pair_submission",
    "work_time",
)
"""What people made, and what keeps its id and content in every file that it comes to."""


class LogCheck:
    """One reading of a project's log. `chains` comes first: the others go by what it read.

    Attributes:
        signed, unsigned: how many entries; of `chains`.
    """

    def __init__(self, connection: Connection, fits: Fits) -> None:
        self._connection = connection
        self._raw: Any = connection.connection.dbapi_connection
        self._fits = fits
        self.signed = 0
        self.unsigned = 0
        self._own = ""
        self._covered: Counter[str] = Counter()
        self._scores: dict[int, tuple[str, Mapping[str, Any]]] = {}
        self._state: dict[str, dict[str, str]] = {name: {} for name in coverage.STATE}
        self._named: dict[str, Mapping[str, Any]] = {}

    def parts(self) -> list[tuple[str, Part]]:
        """Everything that there is to check, in order, with what it is called."""
        tables = [(name, self._rows_of(name)) for name in coverage.appended()]
        return [
            ("log", self.chains),
            *tables,
            ("score", self._score_rows),
            ("settings", self._state_rows),
            ("log of other files", self._brought),
        ]

    def entries(self) -> int:
        """How many entries there are."""
        return int(self._raw.execute("SELECT count(*) FROM audit_event").fetchone()[0])

    def chains(self) -> Iterator[Fault | None]:
        """Numbers, hashes, links, signatures and heads, this file's own chain first."""
        heads = {
            name: (number, digest, own)
            for name, number, digest, own in self._raw.execute(
                "SELECT chain, number, hash, own FROM audit_head ORDER BY own DESC"
            ).fetchall()
        }
        mine = [name for name, (*_, own) in heads.items() if own == 1]
        if len(mine) != 1:
            yield Fault("log", "is missing: it was taken out by another program")
        self._own = mine[0] if mine else ""
        there = [name for (name,) in self._raw.execute("SELECT DISTINCT chain FROM audit_event")]
        for name in [*heads, *(name for name in sorted(there) if name not in heads)]:
            yield from self._chain(name, heads.get(name))
        for name, named in self._named.items():
            found = heads.get(name)
            if found is None or found[0] < named["number"]:
                yield Fault(f"log {_short(name)}", "entries that a merge brought are missing")
            elif found[0] == named["number"] and found[1] != named["hash"]:
                yield Fault(f"log {_short(name)}", "is not what a merge brought")

    def _chain(self, name: str, head: Sequence[Any] | None) -> Iterator[Fault | None]:
        number, before = 0, ""
        keys: dict[str, str] = {}
        select = f"SELECT hash, body, {', '.join(chain.COLUMNS)} FROM audit_event"
        cursor = self._raw.execute(f"{select} WHERE chain = ? ORDER BY number", (name,))
        while some := cursor.fetchmany(500):
            for digest, text, *row in some:
                try:
                    event = chain.event_of(row)
                    wrong = self._wrong(event, digest, text, row, number, before, keys)
                except (ValueError, TypeError, LookupError, AttributeError) as error:
                    yield Fault(self._where(name, row[2], row[4]), f"cannot be read ({error})")
                    number, before = row[2], digest
                    continue
                yield (
                    None if not wrong else Fault(self._where(name, event.number, event.kind), wrong)
                )
                number, before = event.number, digest
                if name == self._own:
                    self._remember(event)
        if head is None:
            yield Fault(
                f"log {_short(name)}", "belongs to no head: it was put in by another program"
            )
        elif head[0] > number:
            missing = head[0] - number
            said = f"the last {missing:,} entries are missing" if missing > 1 else "is missing"
            yield Fault(self._where(name, number + 1, ""), said)
        elif (head[0], head[1]) != (number, before):
            yield Fault(self._where(name, number, ""), "is not the one that the head names")

    def _where(self, name: str, number: Any, kind: str) -> str:
        of = "" if name == self._own else f" of log {_short(name)}"
        return f"log entry {number}{of}" + (f" ({kind})" if kind else "")

    def _wrong(
        self,
        event: AuditEvent,
        digest: str,
        text: str,
        row: Sequence[Any],
        number: int,
        before: str,
        keys: dict[str, str],
    ) -> str:
        if event.number != number + 1:
            return f"entry {number + 1} before it is missing"
        if event.hash != digest or canonical_json(event.body).decode() != text:
            return "was changed: its content does not fit its hash"
        if event.before != before:
            return "does not follow the entry before it"
        if not event.key:
            self.unsigned += 1
            return "has a signature and no key" if event.signature else ""
        self.signed += 1
        said = event.body.get("card")
        if said is not None:
            card = Card(**said)
            if card.fingerprint != event.key:
                return "carries the card of another key"
            if card.name != event.author:
                return "carries the card of another person"
            keys[event.key] = card.sign_key
        public = keys.get(event.key)
        if public is None:
            return "is signed by a key whose card is not in the log"
        written = event.signature == event.signature.lower()
        fits = written and self._fits(public, event.signature, bytes.fromhex(digest))
        return "" if fits else "its signature does not fit"

    def _remember(self, event: AuditEvent) -> None:
        for name, said in event.body.get("rows", {}).items():
            if name == coverage.SCORES:
                self._scores[event.number] = (event.kind, said)
            else:
                self._covered[name] += 1
        for name, changed in event.body.get("state", {}).items():
            known = self._state.setdefault(name, {})
            for key, digest in changed.items():
                if digest is None:
                    known.pop(key, None)
                else:
                    known[key] = digest
        self._named.update(event.body.get("chains", {}))

    def _rows_of(self, name: str) -> Part:
        return lambda: self._rows(name)

    def _rows(self, name: str) -> Iterator[Fault | None]:
        firsts = [
            first
            for (first,) in self._raw.execute(
                "SELECT first_pk FROM audit_cover WHERE name = ? ORDER BY seq", (name,)
            )
        ]
        if len(firsts) != self._covered[name]:
            yield Fault(f"log of {name}", "entries speak of rows that the file has no numbers of")
        # A number is given again where the last rows were deleted: it belongs to the later entry.
        limits, least = [0] * len(firsts), 1 << 62
        for place in range(len(firsts) - 1, -1, -1):
            limits[place], least = least - 1, min(least, firsts[place])
        gone: dict[int, list[tuple[int, bytes]]] = {}
        for pk, digest, seq in self._raw.execute(
            "SELECT pk, hash, cover_seq FROM audit_gone WHERE name = ? ORDER BY pk", (name,)
        ):
            gone.setdefault(seq, []).append((pk, bytes.fromhex(digest)))
        there = portable_rows.rows(self._connection, name)
        row = next(there, None)
        strangers = 0
        covers = self._raw.execute(
            "SELECT c.event_seq, c.first_pk, c.last_pk, e.number, e.kind, e.body"
            " FROM audit_cover c LEFT JOIN audit_event e ON e.seq = c.event_seq"
            " WHERE c.name = ? ORDER BY c.seq",
            (name,),
        )
        for limit, (seq, first, last, number, kind, body) in zip(limits, covers, strict=True):
            while row is not None and row[0] < min(first, limit + 1):
                strangers += 1
                yield _stranger(name, row, strangers)
                row = next(there, None)
            here = _Covered()
            buried = gone.pop(seq, [])
            while row is not None and row[0] <= min(last, limit):
                pk, content = row
                while buried and buried[0][0] < pk:
                    here.add(*buried.pop(0))
                # Of a scenario whose text was deleted the row stays, and the hash that it had.
                emptied = bool(buried) and buried[0][0] == pk
                here.add(pk, buried.pop(0)[1] if emptied else portable_rows.row_hash(content))
                yield None
                row = next(there, None)
            for one in buried:
                here.add(*one)
            said = None if body is None else orjson.loads(body).get("rows", {}).get(name)
            where = f"{name}, log entry {number} ({kind})"
            wrong = _compared(where, said, here.count, here.digest)
            if wrong is None and (here.first, here.last) != (first, last):
                wrong = Fault(where, "its row numbers were changed")
            yield wrong
        while row is not None:
            strangers += 1
            yield _stranger(name, row, strangers)
            row = next(there, None)
        if gone:
            yield Fault(f"log of {name}", "names deleted rows that no entry ever covered")

    def _score_rows(self) -> Iterator[Fault | None]:
        gone = (
            (pk, other, batch, bytes.fromhex(digest))
            for pk, other, batch, digest in self._raw.execute(
                "SELECT pk, other, cover_seq, hash FROM audit_gone WHERE name = 'score'"
                " ORDER BY pk, other"
            )
        )
        found: dict[int, list[Any]] = {}
        for _, _, batch, digest in heapq.merge(scores.placed(self._connection), gone):
            known = found.setdefault(batch, [hashlib.sha256(), 0])
            known[0].update(digest)
            known[1] += 1
            yield None
        for number, (kind, said) in self._scores.items():
            whole, count = found.pop(number, (hashlib.sha256(), 0))
            where = f"score, log entry {number} ({kind})"
            yield _compared(where, said, count, whole.hexdigest())
        for number, (_, count) in found.items():
            yield Fault(
                "score", f"{count:,} rows say that entry {number} covers them, and it does not"
            )

    def _state_rows(self) -> Iterator[Fault | None]:
        for name, column in coverage.STATE.items():
            known = dict(self._state[name])
            for key, content in portable_rows.state(self._connection, name, column):
                logged = known.pop(key, None)
                if logged is None:
                    yield Fault(f"{name} {key}", "is in no entry of the log")
                elif logged != portable_rows.row_hash(content).hex():
                    yield Fault(f"{name} {key}", "was changed, and no entry of the log says so")
                else:
                    yield None
            for key in known:
                yield Fault(f"{name} {key}", "is missing, and no entry of the log says so")

    def _brought(self) -> Iterator[Fault | None]:
        for (name,) in self._raw.execute(
            "SELECT DISTINCT chain FROM audit_event WHERE chain <> ? ORDER BY chain", (self._own,)
        ).fetchall():
            yield from self.brought(name)

    def brought(self, name: str) -> Iterator[Fault | None]:
        """The rows that are here of those that another file's log speaks of.

        Args:
            name: of its chain.
        """
        cursor = self._raw.execute(
            "SELECT number, kind, body FROM audit_event WHERE chain = ? ORDER BY number", (name,)
        )
        for number, kind, body in cursor.fetchall():
            rows = orjson.loads(body).get("rows", {})
            for table in _TRAVEL:
                said = rows.get(table, {})
                ids = said.get("ids", ())
                here = [
                    {**content, **self._as_signed(table, content["id"])}
                    for content in portable_rows.by_id(self._connection, table, ids)
                ]
                if ids and len(here) == len(ids):
                    count, digest = portable_rows.digest(map(portable_rows.row_hash, here))
                    where = f"{table}, {self._where(name, number, kind)}"
                    yield _compared(where, said, count, digest)

    def _as_signed(self, table: str, identity: str) -> Mapping[str, Any]:
        """What a row said differently in the package that it came with."""
        found = self._raw.execute(
            "SELECT signed FROM package_row WHERE name = ? AND row = ?", (table, identity)
        ).fetchone()
        said: Mapping[str, Any] = {} if found is None else orjson.loads(found[0])
        return said


class _Covered:
    """The rows of one entry in one table, as they are read."""

    def __init__(self) -> None:
        self._whole = hashlib.sha256()
        self.count = 0
        self.first = self.last = 0

    def add(self, pk: int, digest: bytes) -> None:
        """One more, in the order of the numbers."""
        self._whole.update(digest)
        self.first = self.first if self.count else pk
        self.last = pk
        self.count += 1

    @property
    def digest(self) -> str:
        """Of all, as an entry states it."""
        return self._whole.hexdigest()


def _compared(where: str, said: Mapping[str, Any] | None, count: int, digest: str) -> Fault | None:
    if said is None:
        return Fault(where, "the entry does not speak of these rows")
    if count < said["count"]:
        return Fault(where, f"{said['count'] - count:,} of {said['count']:,} rows are missing")
    if count > said["count"]:
        return Fault(where, f"{count - said['count']:,} rows are there that it does not speak of")
    if digest != said["sha256"]:
        named = ", ".join(said.get("ids", ())[:3])
        which = "the row was" if count == 1 else f"one or more of {count:,} rows were"
        return Fault(where, f"{which} changed" + (f" ({named})" if named else ""))
    return None


def _stranger(name: str, row: tuple[int, Mapping[str, Any]], count: int) -> Fault | None:
    if count > _MANY:
        return None
    pk, content = row
    return Fault(f"{name} {content.get('id') or pk}", "is in no entry of the log")


def _short(name: str) -> str:
    return name[:8]
