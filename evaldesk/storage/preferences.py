"""Pairs of traces, who compares them, and what they prefer: appended, never changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, and_, select
from sqlalchemy import func as sql

from evaldesk.domain.errors import NotFoundError
from evaldesk.domain.identifiers import content_id, new_id, now
from evaldesk.domain.preference import (
    AssignedPair,
    Choice,
    End,
    PairItem,
    Preference,
    PreferenceRecord,
)
from evaldesk.domain.project import ImportNote
from evaldesk.storage import people, rounds
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database
from evaldesk.storage.imports import ImportedFiles
from evaldesk.storage.standing import not_aside

PairState = Literal["draft", "submitted", "skipped", "flagged"]
PairHanded = Literal["submitted", "reopened", "skipped", "flagged"]
Place = tuple[int, int]
"""Number of a pair, and which reading of it."""


@dataclass(frozen=True, slots=True)
class Given:
    """A preference on its way to the file.

    Attributes:
        choice: None takes back what stood.
    """

    criterion: str
    choice: Choice | None
    strength: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class BroughtFile:
    """A file of preferences.

    Attributes:
        notes: what a person should know of what it holds.
    """

    name: str
    format: str
    sha256: str
    notes: Sequence[ImportNote] = ()


@dataclass(frozen=True, slots=True)
class PairFlag:
    """A pair that a rater handed to the adjudicator."""

    pair: int
    rater: str
    note: str
    created_at: str


class PreferenceRepository:
    """What raters prefer in the project's pairwise rounds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- what is compared

    def pairs(self, round: str) -> list[PairItem]:
        """What a round compares, with who compares it; for its owner.

        Raises:
            NotFoundError: no such round; offers the nearest.
        """
        with self._database.read() as connection:
            pk = rounds.locate(connection, round)
            return _pairs(connection, pk)

    def assigned(self, round: str, rater: str, place: Place | None = None) -> list[AssignedPair]:
        """A rater's queue, in its order. Nothing in it tells why a pair is there.

        Args:
            place: only this pair; None for all.
        """
        p, a = t.pair_item.c, t.pair_assignment.c
        with self._database.read() as connection:
            pk = rounds.locate(connection, round)
            found = connection.execute(
                select(a.number, a.reading, a.position, p.a_pk, p.b_pk, a.left)
                .join(t.pair_item, (p.round_pk == a.round_pk) & (p.number == a.number))
                .join(t.person, t.person.c.pk == a.rater_pk)
                .where(
                    a.round_pk == pk,
                    t.person.c.name == rater,
                    *([a.number == place[0], a.reading == place[1]] if place else []),
                )
                .order_by(a.position)
            )
            return [AssignedPair(*row[:5], row.left or "a") for row in found]

    # -- what a rater prefers

    def own(self, round: str, rater: str, place: Place) -> dict[str, Preference]:
        """Criterion → what this rater prefers of a pair, or only said of it before a choice.
        Nobody else's.
        """
        with self._database.read() as connection:
            pk = rounds.locate(connection, round)
            person = select(t.person.c.pk).where(t.person.c.name == rater)
            rater_pk = connection.execute(person).scalar()
            if rater_pk is None:
                return {}
            return _standing(connection, pk, rater_pk, place, rater)

    def progress(self, round: str, rater: str) -> dict[Place, tuple[PairState, int]]:
        """(state, number of criteria answered) of what this rater has touched."""
        q, s = t.preference.c, t.pair_submission.c
        with self._database.read() as connection:
            pk = rounds.locate(connection, round)
            counts = connection.execute(
                select(q.number, q.reading, sql.count())
                .join(t.person, t.person.c.pk == q.rater_pk)
                .where(q.round_pk == pk, t.person.c.name == rater, q.choice.is_not(None), _STANDS)
                .group_by(q.number, q.reading)
            )
            result: dict[Place, tuple[PairState, int]] = {
                (number, reading): ("draft", n) for number, reading, n in counts
            }
            handed = connection.execute(
                select(s.number, s.reading, s.state)
                .join(t.person, t.person.c.pk == s.rater_pk)
                .where(s.round_pk == pk, t.person.c.name == rater, s.state != "")
                .order_by(s.seq)
            )
            last: dict[Place, str] = {(row.number, row.reading): row.state for row in handed}
            for place, state in last.items():
                if state != "reopened":
                    result[place] = (state, result.get(place, ("draft", 0))[1])  # type: ignore[assignment]
            return result

    def record(
        self,
        round: str,
        rater: str,
        place: Place,
        given: Iterable[Given] = (),
        *,
        state: PairHanded | Literal[""] = "",
        note: str = "",
        active_ms: int = 0,
    ) -> None:
        """Append preferences, and that the pair was handed in or opened again; all or nothing.

        Args:
            note: for the adjudicator, of a pair that is flagged.
            active_ms: how long the rater worked on it since it was last handed in.

        Raises:
            NotFoundError: the rater has no such pair in the round.
            NotAllowedError: the round is closed.
        """
        number, reading = place
        with self._database.write(
            event=f"preference.{state or 'given'}", author=rater, details={"round": round}
        ) as connection:
            pk = rounds.locate_open(connection, round)
            rater_pk = people.ensure(connection, rater)
            a = t.pair_assignment.c
            left = connection.execute(
                select(a.left).where(
                    a.round_pk == pk,
                    a.rater_pk == rater_pk,
                    a.number == number,
                    a.reading == reading,
                )
            ).scalar()
            if left is None:
                raise NotFoundError(f"{rater} has no pair {number} in the round “{round}”.")
            stands = _standing(connection, pk, rater_pk, place, rater, taken_back=True)
            common = {
                "round_pk": pk,
                "number": number,
                "reading": reading,
                "rater_pk": rater_pk,
                "created_at": now(),
            }
            for one in given:
                before = stands.get(one.criterion)
                connection.execute(
                    t.preference.insert().values(
                        **common,
                        id=new_id(),
                        criterion=one.criterion,
                        choice=one.choice,
                        strength=one.strength,
                        reason=one.reason,
                        left=left,
                        supersedes=before.id if before is not None else None,
                    )
                )
            if state or active_ms:
                connection.execute(
                    t.pair_submission.insert().values(
                        **common,
                        id=new_id(),
                        state=state,
                        note=note,
                        active_ms=active_ms,
                    )
                )

    # -- for the owner

    def current(self, round: str) -> list[Preference]:
        """What everybody prefers as it stands, by pair and rater; never while rating blind."""
        q, s = t.preference.c, t.pair_submission.c
        with self._database.read() as connection:
            pk = rounds.locate(connection, round)
            handed = {
                (rater_pk, number, reading): state == "submitted"
                for rater_pk, number, reading, state in connection.execute(
                    select(s.rater_pk, s.number, s.reading, s.state)
                    .where(s.round_pk == pk, s.state != "")
                    .order_by(s.seq)
                )
            }
            found = connection.execute(
                select(t.preference, t.person.c.name.label("rater"))
                .join(t.person, t.person.c.pk == q.rater_pk)
                .where(q.round_pk == pk, q.choice.is_not(None), _STANDS)
                .order_by(q.number, q.rater_pk, q.reading, q.seq)
            )
            return [
                _preference(row, handed.get((row.rater_pk, row.number, row.reading), False))
                for row in found
            ]

    def history(self, round: str) -> list[Preference]:
        """Every preference ever given in a round, oldest first; for its owner."""
        q = t.preference.c
        with self._database.read() as connection:
            pk = rounds.locate(connection, round)
            found = connection.execute(
                select(t.preference, t.person.c.name.label("rater"))
                .join(t.person, t.person.c.pk == q.rater_pk)
                .where(q.round_pk == pk)
                .order_by(q.seq)
            )
            return [_preference(row, False) for row in found]

    def flagged(self, round: str) -> list[PairFlag]:
        """The pairs that stand as flagged for the adjudicator, oldest first."""
        return self._handed("flagged", round)

    def skipped(self, round: str) -> list[PairFlag]:
        """The pairs that stand as skipped, oldest first; for the round's owner."""
        return self._handed("skipped", round)

    def _handed(self, state: PairHanded, round: str) -> list[PairFlag]:
        s = t.pair_submission.c
        with self._database.read() as connection:
            pk = rounds.locate(connection, round)
            last = (
                select(sql.max(s.seq))
                .where(s.round_pk == pk, s.state != "")
                .group_by(s.rater_pk, s.number, s.reading)
            )
            found = connection.execute(
                select(s.number, t.person.c.name, s.note, s.created_at)
                .join(t.person, t.person.c.pk == s.rater_pk)
                .where(s.state == state, s.seq.in_(last))
                .order_by(s.seq)
            )
            return [PairFlag(*row) for row in found]

    def seconds(self, round: str = "") -> list[float]:
        """Seconds of active time that each pair took, in ascending order.

        Args:
            round: only of this one; empty for all.
        """
        s = t.pair_submission.c
        statement = select(sql.sum(s.active_ms)).group_by(
            s.round_pk, s.rater_pk, s.number, s.reading
        )
        with self._database.read() as connection:
            if round:
                statement = statement.where(s.round_pk == rounds.locate(connection, round))
            spent = connection.execute(statement).scalars()
            return sorted(ms / 1000.0 for ms in spent if ms)

    def bring(
        self,
        round: str,
        records: Sequence[tuple[PreferenceRecord, int]],
        file: BroughtFile,
        author: str = "",
    ) -> tuple[int, int]:
        """Take over preferences made elsewhere; one that is there already is not added again.

        Args:
            round: name of a pairwise round that has these pairs and raters.
            records: each with the number of its pair, whose ends are the record's own.
            file: that they come from. author: whoever imports.

        Returns:
            How many were added, and how many were there.
        """
        added = there = 0
        told: dict[str, Any] = {"round": round}
        with self._database.write(
            bulk=True, event="import.preferences", author=author, details=told
        ) as connection:
            files = ImportedFiles(connection, told)
            files.begin(file.name, file.format, author)
            pk = rounds.locate(connection, round)
            numbers: dict[str, int] = {}
            handed: dict[tuple[int, int, int], tuple[bool, str]] = {}
            known = _ids(connection, pk)
            for record, number in records:
                if record.rater not in numbers:
                    numbers[record.rater] = people.ensure(connection, record.rater)
                rater_pk = numbers[record.rater]
                id = content_id(
                    {
                        "round": round,
                        "pair": number,
                        "reading": record.reading,
                        "rater": record.rater,
                        "criterion": record.criterion,
                        "choice": record.choice,
                        "strength": record.strength,
                        "reason": record.reason,
                        "left": record.left,
                    }
                )
                place = (rater_pk, number, record.reading)
                if id in known:
                    there += 1
                    continue
                before = _latest(connection, pk, place, record.criterion)
                known.add(id)
                added += 1
                connection.execute(
                    t.preference.insert().values(
                        id=id,
                        round_pk=pk,
                        number=number,
                        reading=record.reading,
                        criterion=record.criterion,
                        rater_pk=rater_pk,
                        choice=record.choice,
                        strength=record.strength,
                        reason=record.reason,
                        left=record.left,
                        created_at=record.time or now(),
                        supersedes=before,
                        source=file.name,
                    )
                )
                handed[place] = (record.submitted, record.time)
            for (rater_pk, number, reading), (submitted, time) in handed.items():
                if submitted:
                    connection.execute(
                        t.pair_submission.insert().values(
                            id=new_id(),
                            round_pk=pk,
                            number=number,
                            reading=reading,
                            rater_pk=rater_pk,
                            state="submitted",
                            created_at=time or now(),
                        )
                    )
            files.end(sha256=file.sha256, added=added, already_there=there, notes=file.notes)
        return added, there


_later = t.preference.alias("later")
_STANDS = and_(
    ~select(1).where(_later.c.supersedes == t.preference.c.id).exists(),
    not_aside(t.preference.c.id),
)
"""A preference that nothing replaced."""


def _pairs(connection: Connection, round_pk: int) -> list[PairItem]:
    a, p = t.pair_assignment.c, t.pair_item.c
    left: dict[int, dict[str, End | Literal[""]]] = {}
    repeats: dict[int, list[str]] = {}
    for number, reading, side, rater in connection.execute(
        select(a.number, a.reading, a.left, t.person.c.name)
        .join(t.person, t.person.c.pk == a.rater_pk)
        .where(a.round_pk == round_pk)
        .order_by(a.rater_pk, a.reading)
    ):
        if reading:
            repeats.setdefault(number, []).append(rater)
        else:
            left.setdefault(number, {})[rater] = side
    found = connection.execute(select(t.pair_item).where(p.round_pk == round_pk).order_by(p.number))
    return [
        PairItem(
            number=row.number,
            a=row.a_pk,
            b=row.b_pk,
            left=left.get(row.number, {}),
            role=row.role,
            stratum=row.stratum,
            probability=row.probability,
            repeats=tuple(repeats.get(row.number, ())),
        )
        for row in found
    ]


def _standing(
    connection: Connection,
    round_pk: int,
    rater_pk: int,
    place: Place,
    rater: str,
    *,
    taken_back: bool = False,
) -> dict[str, Preference]:
    q = t.preference.c
    found = connection.execute(
        select(t.preference).where(
            q.round_pk == round_pk,
            q.rater_pk == rater_pk,
            q.number == place[0],
            q.reading == place[1],
            _STANDS,
        )
    )
    return {
        row.criterion: _preference(row, False, rater)
        for row in found
        if taken_back or row.choice is not None or row.reason
    }


def _latest(
    connection: Connection, round_pk: int, place: tuple[int, int, int], criterion: str
) -> str | None:
    q = t.preference.c
    found = connection.execute(
        select(q.id).where(
            q.round_pk == round_pk,
            q.rater_pk == place[0],
            q.number == place[1],
            q.reading == place[2],
            q.criterion == criterion,
            _STANDS,
        )
    ).scalar()
    return None if found is None else str(found)


def _ids(connection: Connection, round_pk: int) -> set[str]:
    q = t.preference.c
    return set(connection.execute(select(q.id).where(q.round_pk == round_pk)).scalars())


def _preference(row: Any, submitted: bool, rater: str = "") -> Preference:
    return Preference(
        id=row.id,
        pair=row.number,
        reading=row.reading,
        criterion=row.criterion,
        rater=rater or row.rater,
        choice=row.choice,
        strength=row.strength,
        reason=row.reason,
        left=row.left,
        created_at=row.created_at,
        supersedes=row.supersedes or "",
        submitted=submitted,
    )
