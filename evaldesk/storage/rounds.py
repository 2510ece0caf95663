"""Rounds of labelling: appended; what becomes of one are its events."""

from collections.abc import Collection, Iterable
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Row, or_, select
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotAllowedError, NotFoundError, UsageError
from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.round import (
    Assigned,
    Round,
    RoundDraft,
    RoundItem,
    RoundRules,
    RoundState,
)
from evaldesk.storage import codec, pair_queues, people, rubrics
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database, row_number
from evaldesk.storage.queue_order import queue_order
from evaldesk.storage.standing import not_aside

_ALLOWED: dict[str, tuple[RoundState, ...]] = {
    "open": ("revealed", "closed"),
    "revealed": ("closed",),
    "closed": (),
}


class RoundRepository:
    """The project's rounds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def start(self, draft: RoundDraft, author: str) -> Round:
        """Open a round: its items and everybody's queue are settled from here on.

        Raises:
            UsageError: the name is taken or empty, nobody rates, or nothing is rated.
            NotFoundError: no such rubric.
        """
        if not draft.name.strip():
            raise UsageError("The round has no name.", "Give it one.")
        if not draft.raters or not (draft.items or draft.pairs):
            raise UsageError("The round has no raters or no items.", "Name both.")
        with self._database.write(
            event="round.started", author=author, details={"round": draft.name}
        ) as connection:
            taken = select(1).where(t.round_.c.name == draft.name)
            if connection.execute(taken).scalar() is not None:
                raise UsageError(
                    f"There is a round “{draft.name}” already.", "Give this one another name."
                )
            rubric_pk, version_pk = rubrics.locate(connection, draft.rubric)
            author_pk = people.ensure(connection, author)
            inserted = connection.execute(
                t.round_.insert().values(
                    id=new_id(),
                    name=draft.name,
                    kind=draft.kind,
                    rubric_pk=rubric_pk,
                    version_pk=version_pk,
                    plan=codec.encode({**draft.plan, "raters": list(draft.raters)}),
                    rules=codec.encode(asdict(draft.rules)),
                    author_pk=author_pk,
                    note=draft.note,
                    created_at=now(),
                )
            )
            pk = row_number(inserted)
            numbers = {rater: people.ensure(connection, rater) for rater in draft.raters}
            if draft.pairs:
                pair_queues.lay_out(connection, pk, draft, numbers)
            if draft.items:
                connection.execute(t.round_item.insert(), _item_rows(pk, draft.items))
            rows = _assignment_rows(pk, draft, numbers)
            if rows:
                connection.execute(t.assignment.insert(), rows)
        return self.get(draft.name)

    def all(self) -> list[Round]:
        """All rounds, oldest first."""
        with self._database.read() as connection:
            rows = connection.execute(_ROUNDS.order_by(t.round_.c.pk)).all()
            return [_round(connection, row) for row in rows]

    def get(self, name: str) -> Round:
        """One round.

        Raises:
            NotFoundError: there is none of that name; offers the nearest.
        """
        with self._database.read() as connection:
            pk = locate(connection, name)
            row = connection.execute(_ROUNDS.where(t.round_.c.pk == pk)).one()
            return _round(connection, row)

    def move(self, name: str, state: RoundState, author: str, reason: str = "") -> Round:
        """Reveal or close a round.

        Raises:
            NotFoundError: no such round.
            UsageError: it cannot go there from where it stands.
        """
        with self._database.write(
            event=f"round.{state}", author=author, reason=reason, details={"round": name}
        ) as connection:
            pk = locate(connection, name)
            before = _state(connection, pk)[0]
            if state == "revealed" and _kind(connection, pk) == "pairwise":
                raise UsageError(
                    f"The round “{name}” compares pairs; it is closed, and not revealed.",
                    "Close it to see what it found.",
                )
            if state not in _ALLOWED[before]:
                raise UsageError(f"The round “{name}” is {before}; it cannot be {state} now.")
            last = connection.execute(select(sql.max(t.answer.c.seq))).scalar() or 0
            connection.execute(
                t.round_event.insert().values(
                    id=new_id(),
                    round_pk=pk,
                    state=state,
                    answers=last,
                    author_pk=people.ensure(connection, author),
                    reason=reason,
                    created_at=now(),
                )
            )
        return self.get(name)

    def items(self, name: str) -> list[RoundItem]:
        """What a round rates, with who rates it; for its owner."""
        with self._database.read() as connection:
            pk = locate(connection, name)
            raters: dict[int, list[str]] = {}
            repeats: dict[int, list[str]] = {}
            a = t.assignment.c
            found = connection.execute(
                select(a.trace_pk, a.reading, t.person.c.name)
                .join(t.person, t.person.c.pk == a.rater_pk)
                .where(a.round_pk == pk)
                .order_by(a.rater_pk)
            )
            for trace_pk, reading, rater in found:
                (repeats if reading else raters).setdefault(trace_pk, []).append(rater)
            items = connection.execute(
                select(t.round_item)
                .where(t.round_item.c.round_pk == pk)
                .order_by(t.round_item.c.trace_pk)
            )
            return [
                RoundItem(
                    trace_pk=row.trace_pk,
                    raters=tuple(raters.get(row.trace_pk, ())),
                    role=row.role,
                    stratum=row.stratum,
                    probability=row.probability,
                    repeats=tuple(repeats.get(row.trace_pk, ())),
                )
                for row in items
            ]

    def assigned(self, name: str, rater: str) -> list[Assigned]:
        """A rater's queue, in its order. Nothing in it tells why an item is there."""
        with self._database.read() as connection:
            pk = locate(connection, name)
            a = t.assignment.c
            found = connection.execute(
                select(a.trace_pk, a.position, a.reading)
                .join(t.person, t.person.c.pk == a.rater_pk)
                .where(a.round_pk == pk, t.person.c.name == rater)
                .order_by(a.position)
            )
            return [Assigned(*row) for row in found]

    def waiting(self, rater: str, without: Collection[str] = ()) -> str:
        """The name of an open round that hides systems or scores and in which this person still
        has something to rate; empty where there is none. Costs nothing where there are no rounds.

        Args:
            without: names of rounds that are passed over.
        """
        with self._database.read() as connection:
            a, s = t.assignment.c, t.submission.c
            later = t.submission.alias("later")
            same = (
                later.c.rater_pk == s.rater_pk,
                later.c.rubric_pk == s.rubric_pk,
                later.c.trace_pk == s.trace_pk,
                later.c.reading == s.reading,
                later.c.round_pk == s.round_pk,
                later.c.seq > s.seq,
                not_aside(later.c.id, within_round=True),
            )
            done = (
                select(1)
                .where(
                    s.rater_pk == a.rater_pk,
                    s.rubric_pk == t.round_.c.rubric_pk,
                    s.trace_pk == a.trace_pk,
                    s.reading == a.reading,
                    s.round_pk == a.round_pk,
                    s.state.in_(("submitted", "flagged")),
                    not_aside(s.id, within_round=True),
                    ~select(1).where(*same).exists(),
                )
                .exists()
            )
            ended = select(1).where(t.round_event.c.round_pk == t.round_.c.pk).exists()
            rounds = connection.execute(
                select(t.round_.c.pk, t.round_.c.name, t.round_.c.kind, t.round_.c.rules).where(
                    ~ended
                )
            ).all()
            for pk, name, kind, rules in rounds:
                found = RoundRules(**codec.decode(rules))
                if name in without or not (found.hide_systems or found.hide_scores):
                    continue
                if kind == "pairwise":
                    if pair_queues.waits_for(connection, pk, rater):
                        return str(name)
                    continue
                open_item = (
                    select(1)
                    .select_from(t.assignment)
                    .join(t.round_, t.round_.c.pk == a.round_pk)
                    .join(t.person, t.person.c.pk == a.rater_pk)
                    .where(a.round_pk == pk, t.person.c.name == rater, ~done)
                    .limit(1)
                )
                if connection.execute(open_item).first() is not None:
                    return str(name)
            return ""

    def of_rater(self, rater: str) -> list[str]:
        """Names of the rounds in which this person has items, oldest first."""
        with self._database.read() as connection:
            mine = [
                select(queue.c.round_pk)
                .join(t.person, t.person.c.pk == queue.c.rater_pk)
                .where(t.person.c.name == rater)
                for queue in (t.assignment, t.pair_assignment)
            ]
            found = connection.execute(
                select(t.round_.c.name)
                .where(or_(*(t.round_.c.pk.in_(queue) for queue in mine)))
                .order_by(t.round_.c.pk)
            )
            return [*found.scalars()]


_ROUNDS = (
    select(
        t.round_,
        t.rubric.c.name.label("rubric"),
        t.rubric_version.c.version,
        t.person.c.name.label("author"),
    )
    .join(t.rubric, t.rubric.c.pk == t.round_.c.rubric_pk)
    .join(t.rubric_version, t.rubric_version.c.pk == t.round_.c.version_pk)
    .join(t.person, t.person.c.pk == t.round_.c.author_pk)
)


def locate(connection: Connection, name: str) -> int:
    """Row number of a round.

    Raises:
        NotFoundError: there is none of that name; offers the nearest.
    """
    pk = connection.execute(select(t.round_.c.pk).where(t.round_.c.name == name)).scalar()
    if pk is None:
        known = connection.execute(select(t.round_.c.name)).scalars()
        raise NotFoundError.among("round", name, list(known))
    return int(pk)


def locate_open(connection: Connection, name: str) -> int:
    """Row number of a round that may be answered in.

    Raises:
        NotFoundError: there is none of that name; offers the nearest.
        NotAllowedError: it is closed.
    """
    pk = locate(connection, name)
    if _state(connection, pk)[0] == "closed":
        raise NotAllowedError(f"The round “{name}” is closed; nothing more is answered in it.")
    return pk


def revealed_at(connection: Connection, round_pk: int) -> int | None:
    """``seq`` of the last answer when a round was revealed; None where it was not."""
    e = t.round_event.c
    return connection.execute(
        select(e.answers).where(e.round_pk == round_pk, e.state == "revealed").order_by(e.seq)
    ).scalar()


def _kind(connection: Connection, pk: int) -> str:
    return str(connection.execute(select(t.round_.c.kind).where(t.round_.c.pk == pk)).scalar_one())


def _state(connection: Connection, pk: int) -> tuple[RoundState, str]:
    e = t.round_event.c
    events = connection.execute(
        select(e.state, e.created_at).where(e.round_pk == pk).order_by(e.seq)
    ).all()
    revealed = next((at for state, at in events if state == "revealed"), "")
    return (events[-1].state if events else "open"), revealed


def _round(connection: Connection, row: Row[*tuple[Any, ...]]) -> Round:
    plan = codec.decode(row.plan)
    state, revealed = _state(connection, row.pk)
    table = t.pair_item if row.kind == "pairwise" else t.round_item
    items = select(sql.count()).select_from(table).where(table.c.round_pk == row.pk)
    return Round(
        id=row.id,
        name=row.name,
        kind=row.kind,
        rubric=row.rubric,
        version=row.version,
        raters=tuple(plan.pop("raters")),
        rules=RoundRules(**codec.decode(row.rules)),
        author=row.author,
        created_at=row.created_at,
        items=int(connection.execute(items).scalar_one()),
        plan=plan,
        note=row.note,
        state=state,
        revealed_at=revealed,
    )


def _item_rows(pk: int, items: Iterable[RoundItem]) -> list[dict[str, Any]]:
    return [
        {
            "round_pk": pk,
            "trace_pk": item.trace_pk,
            "role": item.role,
            "stratum": item.stratum,
            "probability": item.probability,
        }
        for item in items
    ]


def _assignment_rows(pk: int, draft: RoundDraft, numbers: dict[str, int]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for rater in draft.raters:
        first = [item.trace_pk for item in draft.items if rater in item.raters]
        again = [item.trace_pk for item in draft.items if rater in item.repeats]
        own = draft.rules.order == "own"
        queue = queue_order(first, again, f"{rater}\n{draft.name}", own=own)
        for position, (trace_pk, reading) in enumerate(queue):
            rows.append(
                {
                    "round_pk": pk,
                    "rater_pk": numbers[rater],
                    "trace_pk": trace_pk,
                    "reading": reading,
                    "position": position,
                }
            )
    return rows
