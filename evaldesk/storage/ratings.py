"""Answers that raters gave. Only ever appended; the current state is a view over them."""

import statistics
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, case, select
from sqlalchemy import func as sql

from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.rating import Answer, AnswerTable
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, AnswerValue, Given
from evaldesk.storage import codec, people, rounds, rubrics
from evaldesk.storage import tables as t
from evaldesk.storage.answers import (
    ANSWERS,
    CURRENT,
    UNREPLACED,
    answer_of,
    encode_value,
    standing_in,
)
from evaldesk.storage.engine import Database

State = Literal["draft", "submitted", "skipped", "flagged"]


class RatingRepository:
    """Answers, submissions and what statistics need of them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def answer(
        self,
        trace_pk: int,
        rubric: str,
        field: str,
        rater: str,
        value: Given | None,
        comment: str = "",
        *,
        version: int | None = None,
        round: str = "",
        reading: int = 0,
        source: str = "",
    ) -> Answer:
        """Append one answer; it is on the disk when this returns.

        Args:
            value: None takes the answer back.
            version: of the rubric, as the rater saw it; the newest where None.
            round: name of the round that it is given in; empty for none.
            reading: 1 for a hidden repeat of a trace that this rater rated already.
            source: where a value came from that the rater took over, such as ``judge NAME``.

        Returns:
            The answer as it stands; the one that stood where the value is the same.
        """
        with self._database.write() as connection:
            rubric_pk, version_pk = rubrics.locate(connection, rubric, version)
            rater_pk = people.ensure(connection, rater)
            round_pk = rounds.locate(connection, round) if round else None
            current = _current(connection, trace_pk, rubric_pk, field, rater_pk, reading)
            text = None if value is None else encode_value(value)
            # The same value in another round is an answer of that round.
            if (current is None and text is None) or (
                current is not None
                and (current.value, current.comment, current.round_pk) == (text, comment, round_pk)
            ):
                if current is not None:
                    return answer_of(current, rater)
                return Answer("", trace_pk, field, rater, None, now())
            row: dict[str, Any] = {
                "id": new_id(),
                "trace_pk": trace_pk,
                "rubric_pk": rubric_pk,
                "version_pk": version_pk,
                "field": field,
                "rater_pk": rater_pk,
                "value": text,
                "comment": comment,
                "created_at": now(),
                "supersedes": None if current is None else current.id,
                "source": source,
                "round_pk": round_pk,
                "reading": reading,
            }
            connection.execute(t.answer.insert().values(**row))
            return Answer(
                id=row["id"],
                trace_pk=trace_pk,
                field=field,
                rater=rater,
                value=value,
                created_at=row["created_at"],
                comment=comment,
                supersedes=row["supersedes"] or "",
            )

    def submit(
        self,
        trace_pk: int,
        rubric: str,
        rater: str,
        *,
        reopen: bool = False,
        state: Literal["submitted", "skipped", "flagged"] = "submitted",
        note: str = "",
        round: str = "",
        reading: int = 0,
    ) -> None:
        """Append that a rating was submitted, skipped or flagged for the adjudicator, or opened
        again.

        Args:
            note: for the adjudicator.
            round: name of the round; empty for none.
            reading: 1 for a hidden repeat.
        """
        with self._database.write() as connection:
            rubric_pk, _ = rubrics.locate(connection, rubric)
            connection.execute(
                t.submission.insert().values(
                    id=new_id(),
                    trace_pk=trace_pk,
                    rubric_pk=rubric_pk,
                    rater_pk=people.ensure(connection, rater),
                    state="reopened" if reopen else state,
                    created_at=now(),
                    round_pk=rounds.locate(connection, round) if round else None,
                    reading=reading,
                    note=note,
                )
            )

    def own(self, trace_pk: int, rubric: str, rater: str, *, reading: int = 0) -> dict[str, Answer]:
        """What this rater answered for a trace: field → current answer. Nobody else's."""
        with self._database.read() as connection:
            found = connection.execute(
                ANSWERS.where(
                    t.answer.c.trace_pk == trace_pk,
                    t.rubric.c.name == rubric,
                    t.person.c.name == rater,
                    t.answer.c.value.is_not(None),
                    t.answer.c.reading == reading,
                    UNREPLACED,
                )
            )
            return {row.field: answer_of(row, rater) for row in found}

    def progress(
        self, rubric: str, rater: str, *, round: str = "", reading: int = 0
    ) -> dict[int, tuple[State, int]]:
        """Trace → (state, number of criteria answered), for the traces that this rater has
        touched.

        Args:
            round: only what was done in this round; empty for everything.
            reading: 1 for hidden repeats.
        """
        within: list[ColumnElement[bool]] = [t.answer.c.reading == reading]
        handed: list[ColumnElement[bool]] = [t.submission.c.reading == reading]
        if round:
            number = select(t.round_.c.pk).where(t.round_.c.name == round).scalar_subquery()
            within.append(t.answer.c.round_pk == number)
            handed.append(t.submission.c.round_pk == number)
        with self._database.read() as connection:
            criterion = case(
                (t.answer.c.field.not_in((COMMENT, FAILURE_MODES, SEVERITY)), 1), else_=0
            )
            counts = connection.execute(
                select(t.answer.c.trace_pk, sql.sum(criterion))
                .join(t.person, t.person.c.pk == t.answer.c.rater_pk)
                .join(t.rubric, t.rubric.c.pk == t.answer.c.rubric_pk)
                .where(
                    t.rubric.c.name == rubric,
                    t.person.c.name == rater,
                    t.answer.c.value.is_not(None),
                    UNREPLACED,
                    *within,
                )
                .group_by(t.answer.c.trace_pk)
            )
            result: dict[int, tuple[State, int]] = {pk: ("draft", n) for pk, n in counts}
            last = (
                select(sql.max(t.submission.c.seq))
                .join(t.person, t.person.c.pk == t.submission.c.rater_pk)
                .join(t.rubric, t.rubric.c.pk == t.submission.c.rubric_pk)
                .where(t.rubric.c.name == rubric, t.person.c.name == rater, *handed)
                .group_by(t.submission.c.trace_pk)
            )
            for pk, state in connection.execute(
                select(t.submission.c.trace_pk, t.submission.c.state).where(
                    t.submission.c.seq.in_(last)
                )
            ):
                if state != "reopened":
                    result[pk] = (state, result.get(pk, ("draft", 0))[1])
            return result

    def of_trace(self, trace_pk: int, rubric: str) -> list[Answer]:
        """Every rater's current answers for a trace; for adjudication, never while reviewing."""
        with self._database.read() as connection:
            found = connection.execute(
                ANSWERS.where(
                    t.answer.c.trace_pk == trace_pk,
                    t.rubric.c.name == rubric,
                    t.answer.c.value.is_not(None),
                    CURRENT,
                ).order_by(t.answer.c.rater_pk, t.answer.c.seq)
            )
            return [answer_of(row, row.rater) for row in found]

    def history(self, trace_pk: int, rubric: str, field: str) -> list[Answer]:
        """Every answer ever given to a field, oldest first."""
        with self._database.read() as connection:
            found = connection.execute(
                ANSWERS.where(
                    t.answer.c.trace_pk == trace_pk,
                    t.rubric.c.name == rubric,
                    t.answer.c.field == field,
                ).order_by(t.answer.c.seq)
            )
            return [answer_of(row, row.rater) for row in found]

    def table(
        self,
        rubric: str,
        criterion: str,
        run: str = "",
        *,
        round: str = "",
        before_reveal: bool = False,
    ) -> AnswerTable:
        """All current answers to one criterion. "Cannot judge" is left out, as missing.

        Args:
            run: only of this run's traces; empty for all.
            round: as they stand in this round; empty for the latest of each rater.
            before_reveal: as they stood when the round was revealed.

        Raises:
            NotFoundError: no such round; offers the nearest.
        """
        statement: Select[Any] = (
            select(t.answer.c.trace_pk, t.person.c.name, t.answer.c.value)
            .join(t.person, t.person.c.pk == t.answer.c.rater_pk)
            .join(t.rubric, t.rubric.c.pk == t.answer.c.rubric_pk)
            .where(
                t.rubric.c.name == rubric,
                t.answer.c.field == criterion,
                t.answer.c.value.is_not(None),
                sql.json_type(t.answer.c.value) != "object",
                t.answer.c.reading == 0,
            )
            .order_by(t.answer.c.trace_pk, t.answer.c.rater_pk)
        )
        if run:
            statement = statement.join(t.trace, t.trace.c.pk == t.answer.c.trace_pk).join(
                t.run, t.run.c.pk == t.trace.c.run_pk
            )
            statement = statement.where(t.run.c.name == run)
        decoded: dict[str, Any] = {}
        units: list[int] = []
        values: list[dict[str, AnswerValue]] = []
        raters: dict[str, None] = {}
        with self._database.read() as connection:
            stands = CURRENT
            if round:
                pk = rounds.locate(connection, round)
                upto = rounds.revealed_at(connection, pk) if before_reveal else None
                stands = standing_in(pk, upto)
            for trace_pk, rater, text in connection.execute(statement.where(stands)):
                if text not in decoded:
                    decoded[text] = codec.decode(text)
                if not units or units[-1] != trace_pk:
                    units.append(trace_pk)
                    values.append({})
                values[-1][rater] = decoded[text]
                raters[rater] = None
        return AnswerTable(criterion, units, list(raters), values)

    def everything(self, rubric: str) -> list[Answer]:
        """All current answers to a rubric, in the order of traces and raters; for exports."""
        with self._database.read() as connection:
            found = connection.execute(
                ANSWERS.where(
                    t.rubric.c.name == rubric, t.answer.c.value.is_not(None), CURRENT
                ).order_by(t.answer.c.trace_pk, t.answer.c.rater_pk, t.answer.c.seq)
            )
            return [answer_of(row, row.rater) for row in found]

    def severities(self, rubric: str) -> dict[int, str]:
        """Trace → the worst severity that any rater gave (S1 is the worst)."""
        with self._database.read() as connection:
            found = connection.execute(
                select(t.answer.c.trace_pk, sql.min(t.answer.c.value))
                .join(t.rubric, t.rubric.c.pk == t.answer.c.rubric_pk)
                .where(
                    t.rubric.c.name == rubric,
                    t.answer.c.field == SEVERITY,
                    t.answer.c.value.is_not(None),
                    CURRENT,
                )
                .group_by(t.answer.c.trace_pk)
            )
            return {pk: codec.decode(text) for pk, text in found}

    def spent(
        self, trace_pk: int, rubric: str, rater: str, active_ms: int, *, round: str = ""
    ) -> None:
        """Append how long a rater worked on a trace in one stretch, pauses left out."""
        with self._database.write() as connection:
            connection.execute(
                t.work_time.insert().values(
                    id=new_id(),
                    trace_pk=trace_pk,
                    rubric_pk=rubrics.locate(connection, rubric)[0],
                    rater_pk=people.ensure(connection, rater),
                    round_pk=rounds.locate(connection, round) if round else None,
                    active_ms=active_ms,
                    created_at=now(),
                )
            )

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
            .group_by(w.trace_pk, w.rater_pk)
        )
        if rater:
            statement = statement.join(t.person, t.person.c.pk == w.rater_pk)
            statement = statement.where(t.person.c.name == rater)
        with self._database.read() as connection:
            spent = [*connection.execute(statement).scalars()]
        return statistics.median(spent) / 1000.0 if len(spent) >= 5 else None

    def count(self) -> int:
        """Current answers to criteria (not comments, tags and severities)."""
        with self._database.read() as connection:
            return int(
                connection.execute(
                    select(sql.count())
                    .select_from(t.answer)
                    .where(
                        t.answer.c.field.not_in((COMMENT, FAILURE_MODES, SEVERITY)),
                        t.answer.c.value.is_not(None),
                        CURRENT,
                    )
                ).scalar_one()
            )


def _current(
    connection: Connection,
    trace_pk: int,
    rubric_pk: int,
    field: str,
    rater_pk: int,
    reading: int,
) -> Row[*tuple[Any, ...]] | None:
    return connection.execute(
        select(t.answer)
        .where(
            t.answer.c.rubric_pk == rubric_pk,
            t.answer.c.trace_pk == trace_pk,
            t.answer.c.field == field,
            t.answer.c.rater_pk == rater_pk,
            t.answer.c.reading == reading,
        )
        .order_by(t.answer.c.seq.desc())
        .limit(1)
    ).one_or_none()
