"""Answers that raters gave. Only ever appended; the current state is a view over them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, bindparam, case, select
from sqlalchemy import func as sql

from evaldesk.domain.identifiers import new_id, now
from evaldesk.domain.rating import Answer, AnswerTable, Flag
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, Given, Judgement
from evaldesk.storage import codec, people, rounds, rubrics, standing
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
from evaldesk.storage.standing import not_aside

State = Literal["draft", "submitted", "skipped", "flagged"]
Handed = Literal["submitted", "skipped", "flagged", "reopened"]


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
        (found,) = self.record(
            trace_pk,
            rubric,
            rater,
            [(field, value, comment)],
            version=version,
            round=round,
            reading=reading,
            sources={field: source},
        )
        return found

    def record(
        self,
        trace_pk: int,
        rubric: str,
        rater: str,
        given: Sequence[tuple[str, Given | None, str]],
        *,
        state: Handed | Literal[""] = "",
        note: str = "",
        version: int | None = None,
        round: str = "",
        reading: int = 0,
        sources: Mapping[str, str] | None = None,
    ) -> list[Answer]:
        """Append what belongs together, all of it or nothing: it is on the disk when this returns.

        Args:
            given: (field, value, comment); a value of None takes the answer back.
            state: what the rating is handed in or opened again as; empty for neither.
            note: for the adjudicator, with the state.
            sources: field → where its value came from; empty or missing for the rater's own.

        Other arguments and what is returned are as in `answer`.

        Raises:
            NotAllowedError: the round is closed.
        """
        told: dict[str, str] = {}
        with self._database.write(
            event=f"rating.{state or 'answered'}", author=rater, details=told
        ) as connection:
            told.update(_told(connection, trace_pk, rubric, round))
            rubric_pk, version_pk = rubrics.locate(connection, rubric, version)
            rater_pk = people.ensure(connection, rater)
            round_pk = rounds.locate_open(connection, round) if round else None
            answers = [
                _append(
                    connection,
                    {
                        "trace_pk": trace_pk,
                        "rubric_pk": rubric_pk,
                        "version_pk": version_pk,
                        "field": field,
                        "rater_pk": rater_pk,
                        "comment": comment,
                        "source": (sources or {}).get(field, ""),
                        "round_pk": round_pk,
                        "reading": reading,
                    },
                    value,
                    rater,
                )
                for field, value, comment in given
            ]
            if state:
                connection.execute(
                    t.submission.insert().values(
                        id=new_id(),
                        trace_pk=trace_pk,
                        rubric_pk=rubric_pk,
                        rater_pk=rater_pk,
                        state=state,
                        created_at=now(),
                        round_pk=round_pk,
                        reading=reading,
                        note=note,
                    )
                )
            return answers

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
        said = "reopened" if reopen else state
        told: dict[str, str] = {}
        with self._database.write(event=f"rating.{said}", author=rater, details=told) as connection:
            told.update(_told(connection, trace_pk, rubric, round))
            rubric_pk, _ = rubrics.locate(connection, rubric)
            connection.execute(
                t.submission.insert().values(
                    id=new_id(),
                    trace_pk=trace_pk,
                    rubric_pk=rubric_pk,
                    rater_pk=people.ensure(connection, rater),
                    state=said,
                    created_at=now(),
                    round_pk=rounds.locate_open(connection, round) if round else None,
                    reading=reading,
                    note=note,
                )
            )

    def own(
        self, trace_pk: int, rubric: str, rater: str, *, round: str = "", reading: int = 0
    ) -> dict[str, Answer]:
        """What this rater answered for a trace: field → current answer. Nobody else's.

        Args:
            round: as it stands in this round; empty for the latest.
            reading: 1 for a hidden repeat.
        """
        with self._database.read() as connection:
            stands = standing_in(rounds.locate(connection, round)) if round else UNREPLACED
            found = connection.execute(
                ANSWERS.where(
                    t.answer.c.trace_pk == trace_pk,
                    t.rubric.c.name == rubric,
                    t.person.c.name == rater,
                    t.answer.c.value.is_not(None),
                    t.answer.c.reading == reading,
                    stands,
                )
            )
            return {row.field: answer_of(row, rater) for row in found}

    def progress(
        self, rubric: str, rater: str, *, round: str = "", reading: int = 0, since: str = ""
    ) -> dict[int, tuple[State, int]]:
        """Trace → (state, number of criteria answered), for the traces that this rater has
        touched.

        Args:
            round: only what was done in this round; empty for everything.
            reading: 1 for hidden repeats.
            since: only what was handed in after this time (ISO 8601), such as a reveal; empty for
                all. Answers count from whenever they are.

        Raises:
            NotFoundError: no such round; offers the nearest.
        """
        within: list[ColumnElement[bool]] = [t.answer.c.reading == reading]
        handed: list[ColumnElement[bool]] = [
            t.submission.c.reading == reading,
            not_aside(t.submission.c.id, within_round=bool(round)),
        ]
        if since:
            handed.append(t.submission.c.created_at > since)
        with self._database.read() as connection:
            if round:
                pk = rounds.locate(connection, round)
                within.append(standing_in(pk))
                handed.append(t.submission.c.round_pk == pk)
            else:
                within.append(UNREPLACED)
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

    def of_round(self, trace_pk: int, round: str, *, before_reveal: bool = False) -> list[Answer]:
        """Every rater's answers for a trace as they stand in a round; never before its reveal.

        Args:
            before_reveal: as they stood when the round was revealed.
        """
        with self._database.read() as connection:
            pk = rounds.locate(connection, round)
            upto = rounds.revealed_at(connection, pk) if before_reveal else None
            found = connection.execute(
                ANSWERS.where(
                    t.answer.c.trace_pk == trace_pk,
                    t.answer.c.value.is_not(None),
                    t.answer.c.reading == 0,
                    standing_in(pk, upto),
                ).order_by(t.answer.c.rater_pk, t.answer.c.seq)
            )
            return [answer_of(row, row.rater) for row in found]

    def flagged(self, rubric: str, round: str = "", *, trace_pk: int | None = None) -> list[Flag]:
        """The ratings that stand as flagged for the adjudicator, oldest first.

        Args:
            round: only those of this round; empty for all.
            trace_pk: only those of this trace; None for all.
        """
        return self._handed("flagged", rubric, round, trace_pk)

    def skipped(self, rubric: str, round: str) -> list[Flag]:
        """The ratings of a round that stand as skipped, oldest first; for its owner."""
        return self._handed("skipped", rubric, round)

    def _handed(
        self, state: Handed, rubric: str, round: str, trace_pk: int | None = None
    ) -> list[Flag]:
        s = t.submission.c
        last = (
            select(sql.max(s.seq))
            .join(t.rubric, t.rubric.c.pk == s.rubric_pk)
            .where(t.rubric.c.name == rubric, not_aside(s.id, within_round=bool(round)))
            .group_by(s.rater_pk, s.trace_pk, s.reading)
        )
        with self._database.read() as connection:
            if round:
                last = last.where(s.round_pk == rounds.locate(connection, round))
            if trace_pk is not None:
                last = last.where(s.trace_pk == trace_pk)
            found = connection.execute(
                select(s.trace_pk, t.person.c.name, s.note, s.created_at)
                .join(t.person, t.person.c.pk == s.rater_pk)
                .where(s.state == state, s.seq.in_(last))
                .order_by(s.seq)
            )
            return [Flag(*row) for row in found]

    def sources_of_round(self, round: str) -> list[tuple[str, str, str]]:
        """(field, rater, source) of the answers that stand in a round and were taken over from
        somewhere; for its owner.
        """
        a = t.answer.c
        with self._database.read() as connection:
            found = connection.execute(
                select(a.field, t.person.c.name, a.source)
                .join(t.person, t.person.c.pk == a.rater_pk)
                .where(
                    a.value.is_not(None),
                    a.reading == 0,
                    a.source != "",
                    standing_in(rounds.locate(connection, round)),
                )
                .order_by(a.field, a.rater_pk)
            )
            return [(field, rater, source) for field, rater, source in found]

    def was_submitted(
        self, trace_pk: int, rubric: str, rater: str, *, round: str = "", reading: int = 0
    ) -> bool:
        """Whether a rating was ever submitted, opened again since or not."""
        s = t.submission.c
        with self._database.read() as connection:
            tests = [
                s.trace_pk == trace_pk,
                s.reading == reading,
                s.state == "submitted",
                t.rubric.c.name == rubric,
                t.person.c.name == rater,
            ]
            if round:
                tests.append(s.round_pk == rounds.locate(connection, round))
            found = connection.execute(
                select(1)
                .select_from(t.submission)
                .join(t.person, t.person.c.pk == s.rater_pk)
                .join(t.rubric, t.rubric.c.pk == s.rubric_pk)
                .where(*tests)
                .limit(1)
            )
            return found.first() is not None

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
        versions: Collection[int] | None = None,
    ) -> AnswerTable:
        """All current answers to one criterion. "Cannot judge" is left out, as missing.

        Args:
            run: only of this run's traces; empty for all.
            round: as they stand in this round; empty for the latest of each rater.
            before_reveal: as they stood when the round was revealed.
            versions: only answers to these versions of the rubric; the others are counted. None
                for all.

        Raises:
            NotFoundError: no such round; offers the nearest.
        """
        statement: Select[Any] = (
            select(
                t.answer.c.trace_pk, t.person.c.name, t.answer.c.value, t.rubric_version.c.version
            )
            .join(t.person, t.person.c.pk == t.answer.c.rater_pk)
            .join(t.rubric, t.rubric.c.pk == t.answer.c.rubric_pk)
            .join(t.rubric_version, t.rubric_version.c.pk == t.answer.c.version_pk)
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
        values: list[dict[str, Judgement]] = []
        raters: dict[str, None] = {}
        reworded = 0
        with self._database.read() as connection:
            stands = CURRENT
            if round:
                pk = rounds.locate(connection, round)
                upto = rounds.revealed_at(connection, pk) if before_reveal else None
                stands = standing_in(pk, upto)
            for trace_pk, rater, text, version in connection.execute(statement.where(stands)):
                if versions is not None and version not in versions:
                    reworded += 1
                    continue
                if text not in decoded:
                    value = codec.decode(text)
                    decoded[text] = tuple(value) if isinstance(value, list) else value
                if not units or units[-1] != trace_pk:
                    units.append(trace_pk)
                    values.append({})
                values[-1][rater] = decoded[text]
                raters[rater] = None
        return AnswerTable(criterion, units, list(raters), values, reworded)

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


def _told(connection: Connection, trace_pk: int, rubric: str, round: str) -> dict[str, str]:
    """For the log."""
    trace = connection.execute(select(t.trace.c.id).where(t.trace.c.pk == trace_pk)).scalar()
    said = {"rubric": rubric, "trace": "" if trace is None else trace.hex()}
    return {**said, "round": round} if round else said


def _append(connection: Connection, row: dict[str, Any], value: Given | None, rater: str) -> Answer:
    current = _current(connection, row)
    text = None if value is None else encode_value(value)
    if current is None and text is None:
        return Answer("", row["trace_pk"], row["field"], rater, None, now())
    if current is not None and text is None and current.value is None:
        return answer_of(current, rater)
    # The same value in another round is an answer of that round, and to another version of the
    # rubric it is an answer to that version's question.
    if current is not None and all(
        getattr(current, name) == wanted
        for name, wanted in (
            ("value", text),
            ("comment", row["comment"]),
            ("round_pk", row["round_pk"]),
            ("version_pk", row["version_pk"]),
        )
    ):
        return answer_of(current, rater)
    whole = {
        **row,
        "id": new_id(),
        "value": text,
        "created_at": now(),
        "supersedes": None if current is None else current.id,
    }
    connection.execute(t.answer.insert(), whole)
    standing.follow_up(connection, "answer", whole)
    return Answer(
        id=whole["id"],
        trace_pk=whole["trace_pk"],
        field=whole["field"],
        rater=rater,
        value=value,
        created_at=whole["created_at"],
        comment=whole["comment"],
        supersedes=whole["supersedes"] or "",
        source=whole["source"],
    )


_newer = t.answer.alias("newer")
# Made once: to make it takes longer than to ask it.
_CURRENT = (
    select(t.answer)
    .where(
        t.answer.c.rubric_pk == bindparam("rubric_pk"),
        t.answer.c.trace_pk == bindparam("trace_pk"),
        t.answer.c.field == bindparam("field"),
        t.answer.c.rater_pk == bindparam("rater_pk"),
        t.answer.c.reading == bindparam("reading"),
        ~select(1).where(_newer.c.supersedes == t.answer.c.id).exists(),
        not_aside(t.answer.c.id, within_round=True),
    )
    # More than one only after a merge: see `standing`.
    .order_by(
        t.answer.c.round_pk.is_not_distinct_from(bindparam("round_pk")).desc(),
        not_aside(t.answer.c.id).desc(),
        t.answer.c.seq.desc(),
    )
    .limit(1)
)


def _current(connection: Connection, row: Mapping[str, Any]) -> Row[*tuple[Any, ...]] | None:
    asked = ("rubric_pk", "trace_pk", "field", "rater_pk", "reading", "round_pk")
    return connection.execute(_CURRENT, {name: row[name] for name in asked}).one_or_none()
