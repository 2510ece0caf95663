"""How long raters worked: stretches of active time, only ever appended."""

import statistics

from sqlalchemy import ColumnElement, select
from sqlalchemy import func as sql

from evaldesk.domain.identifiers import new_id, now
from evaldesk.storage import people, rounds, rubrics
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database


class WorkTimeRepository:
    """The time that ratings took, pauses left out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def spent(
        self,
        trace_pk: int,
        rubric: str,
        rater: str,
        active_ms: int,
        *,
        round: str = "",
        reading: int = 0,
    ) -> None:
        """Append how long a rater worked on a trace in one stretch.

        Args:
            round: name of the round; empty for none.
            reading: 1 for a hidden repeat.
        """
        with self._database.write(event="rating.timed", author=rater) as connection:
            connection.execute(
                t.work_time.insert().values(
                    id=new_id(),
                    trace_pk=trace_pk,
                    rubric_pk=rubrics.locate(connection, rubric)[0],
                    rater_pk=people.ensure(connection, rater),
                    round_pk=rounds.locate(connection, round) if round else None,
                    active_ms=active_ms,
                    created_at=now(),
                    reading=reading,
                )
            )

    def of_rater(self, rubric: str, rater: str, *, round: str = "") -> dict[tuple[int, int], float]:
        """(trace, reading) → seconds that this rater worked on it. Nobody else's.

        Args:
            round: only in this round; empty for everything.
        """
        w = t.work_time.c
        with self._database.read() as connection:
            tests: list[ColumnElement[bool]] = [t.rubric.c.name == rubric, t.person.c.name == rater]
            if round:
                tests.append(w.round_pk == rounds.locate(connection, round))
            found = connection.execute(
                select(w.trace_pk, w.reading, sql.sum(w.active_ms))
                .join(t.rubric, t.rubric.c.pk == w.rubric_pk)
                .join(t.person, t.person.c.pk == w.rater_pk)
                .where(*tests)
                .group_by(w.trace_pk, w.reading)
            )
            return {(pk, reading): ms / 1000.0 for pk, reading, ms in found}

    def since(self, rater: str, time: str) -> tuple[int, float]:
        """How many ratings this rater submitted since a time (ISO 8601), each once, and the seconds
        that they worked. Nobody else's.
        """
        w, s = t.work_time.c, t.submission.c
        with self._database.read() as connection:
            ms = connection.execute(
                select(sql.sum(w.active_ms))
                .join(t.person, t.person.c.pk == w.rater_pk)
                .where(t.person.c.name == rater, w.created_at >= time)
            ).scalar()
            ratings = (
                select(s.trace_pk, s.rubric_pk, s.round_pk, s.reading)
                .join(t.person, t.person.c.pk == s.rater_pk)
                .where(t.person.c.name == rater, s.state == "submitted", s.created_at >= time)
                .distinct()
                .subquery()
            )
            count = connection.execute(select(sql.count()).select_from(ratings)).scalar_one()
            return int(count), (ms or 0) / 1000.0

    def seconds_each(self, rubric: str, rater: str = "") -> float | None:
        """Median seconds that a rating took; None where fewer than five were measured.

        Args:
            rater: only theirs; empty for everybody's.
        """
        w = t.work_time.c
        statement = (
            select(sql.sum(w.active_ms))
            .join(t.rubric, t.rubric.c.pk == w.rubric_pk)
            .where(t.rubric.c.name == rubric)
            .group_by(w.trace_pk, w.rater_pk, w.reading)
        )
        if rater:
            statement = statement.join(t.person, t.person.c.pk == w.rater_pk)
            statement = statement.where(t.person.c.name == rater)
        with self._database.read() as connection:
            spent = [*connection.execute(statement).scalars()]
        return statistics.median(spent) / 1000.0 if len(spent) >= 5 else None

    def of_round(self, round: str, rater: str = "") -> list[float]:
        """Seconds that each rating of a round took, in ascending order.

        Args:
            rater: only theirs; empty for everybody's.
        """
        w = t.work_time.c
        with self._database.read() as connection:
            statement = (
                select(sql.sum(w.active_ms))
                .where(w.round_pk == rounds.locate(connection, round))
                .group_by(w.trace_pk, w.rater_pk, w.reading)
            )
            if rater:
                statement = statement.join(t.person, t.person.c.pk == w.rater_pk)
                statement = statement.where(t.person.c.name == rater)
            return sorted(spent / 1000.0 for spent in connection.execute(statement).scalars())
