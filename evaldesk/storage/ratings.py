"""Answers that raters gave. Only ever appended; the current state is a view over them."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, case, select
from sqlalchemy import func as sql

from evaldesk.domain.identifiers import content_id, new_id, now
from evaldesk.domain.rating import Answer, AnswerTable
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, AnswerValue
from evaldesk.domain.trace import TraceRecord
from evaldesk.storage import codec, people, rubrics
from evaldesk.storage import tables as t
from evaldesk.storage.engine import Database
from evaldesk.storage.ingest import TraceWriter

State = Literal["draft", "submitted"]

_newer = t.answer.alias("newer")
_CURRENT = ~select(1).where(_newer.c.supersedes == t.answer.c.id).exists()
_ANSWERS = (
    select(
        t.answer.c.id,
        t.answer.c.trace_pk,
        t.answer.c.field,
        t.person.c.name.label("rater"),
        t.answer.c.value,
        t.answer.c.created_at,
        t.answer.c.comment,
        t.answer.c.supersedes,
    )
    .join(t.person, t.person.c.pk == t.answer.c.rater_pk)
    .join(t.rubric, t.rubric.c.pk == t.answer.c.rubric_pk)
)


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
        value: AnswerValue | list[str] | None,
        comment: str = "",
        *,
        version: int | None = None,
    ) -> Answer:
        """Append one answer; it is on the disk when this returns.

        Args:
            value: None takes the answer back.
            version: of the rubric, as the rater saw it; the newest where None.

        Returns:
            The answer as it stands; the one that stood where the value is the same.
        """
        with self._database.write() as connection:
            rubric_pk, version_pk = rubrics.locate(connection, rubric, version)
            rater_pk = people.ensure(connection, rater)
            current = _current(connection, trace_pk, rubric_pk, field, rater_pk)
            text = None if value is None else codec.encode(value)
            if (current is None and text is None) or (
                current is not None and current.value == text and current.comment == comment
            ):
                if current is not None:
                    return _answer(current, rater)
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

    def submit(self, trace_pk: int, rubric: str, rater: str, *, reopen: bool = False) -> None:
        """Append that a rating was submitted, or opened again."""
        with self._database.write() as connection:
            rubric_pk, _ = rubrics.locate(connection, rubric)
            connection.execute(
                t.submission.insert().values(
                    id=new_id(),
                    trace_pk=trace_pk,
                    rubric_pk=rubric_pk,
                    rater_pk=people.ensure(connection, rater),
                    state="reopened" if reopen else "submitted",
                    created_at=now(),
                )
            )

    def own(self, trace_pk: int, rubric: str, rater: str) -> dict[str, Answer]:
        """What this rater answered for a trace: field → current answer. Nobody else's."""
        with self._database.read() as connection:
            found = connection.execute(
                _ANSWERS.where(
                    t.answer.c.trace_pk == trace_pk,
                    t.rubric.c.name == rubric,
                    t.person.c.name == rater,
                    t.answer.c.value.is_not(None),
                    _CURRENT,
                )
            )
            return {row.field: _answer(row, rater) for row in found}

    def progress(self, rubric: str, rater: str) -> dict[int, tuple[State, int]]:
        """Trace → (draft or submitted, number of criteria answered), for the traces that this
        rater has touched.
        """
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
                    _CURRENT,
                )
                .group_by(t.answer.c.trace_pk)
            )
            result: dict[int, tuple[State, int]] = {pk: ("draft", n) for pk, n in counts}
            last = (
                select(sql.max(t.submission.c.seq))
                .join(t.person, t.person.c.pk == t.submission.c.rater_pk)
                .join(t.rubric, t.rubric.c.pk == t.submission.c.rubric_pk)
                .where(t.rubric.c.name == rubric, t.person.c.name == rater)
                .group_by(t.submission.c.trace_pk)
            )
            for pk, state in connection.execute(
                select(t.submission.c.trace_pk, t.submission.c.state).where(
                    t.submission.c.seq.in_(last)
                )
            ):
                if state == "submitted":
                    result[pk] = ("submitted", result.get(pk, ("draft", 0))[1])
            return result

    def of_trace(self, trace_pk: int, rubric: str) -> list[Answer]:
        """Every rater's current answers for a trace; for adjudication, never while reviewing."""
        with self._database.read() as connection:
            found = connection.execute(
                _ANSWERS.where(
                    t.answer.c.trace_pk == trace_pk,
                    t.rubric.c.name == rubric,
                    t.answer.c.value.is_not(None),
                    _CURRENT,
                ).order_by(t.answer.c.rater_pk, t.answer.c.seq)
            )
            return [_answer(row, row.rater) for row in found]

    def history(self, trace_pk: int, rubric: str, field: str) -> list[Answer]:
        """Every answer ever given to a field, oldest first."""
        with self._database.read() as connection:
            found = connection.execute(
                _ANSWERS.where(
                    t.answer.c.trace_pk == trace_pk,
                    t.rubric.c.name == rubric,
                    t.answer.c.field == field,
                ).order_by(t.answer.c.seq)
            )
            return [_answer(row, row.rater) for row in found]

    def table(self, rubric: str, criterion: str, run: str = "") -> AnswerTable:
        """All current answers to one criterion.

        Args:
            run: only of this run's traces; empty for all.
        """
        statement: Select[Any] = (
            select(t.answer.c.trace_pk, t.person.c.name, t.answer.c.value)
            .join(t.person, t.person.c.pk == t.answer.c.rater_pk)
            .join(t.rubric, t.rubric.c.pk == t.answer.c.rubric_pk)
            .where(
                t.rubric.c.name == rubric,
                t.answer.c.field == criterion,
                t.answer.c.value.is_not(None),
                _CURRENT,
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
            for trace_pk, rater, text in connection.execute(statement):
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
                _ANSWERS.where(
                    t.rubric.c.name == rubric, t.answer.c.value.is_not(None), _CURRENT
                ).order_by(t.answer.c.trace_pk, t.answer.c.rater_pk, t.answer.c.seq)
            )
            return [_answer(row, row.rater) for row in found]

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
                    _CURRENT,
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
                        _CURRENT,
                    )
                ).scalar_one()
            )


class RatingWriter:
    """Appends answers made elsewhere within one transaction; see ``Project.bring_ratings``.

    Their ids come from their content, so that the same file brings nothing the second time. A
    value that differs from the one that stands supersedes it.

    Attributes:
        added: answers appended. already_there: answers that stood already.
    """

    def __init__(self, connection: Connection, rubric: str, source: str) -> None:
        self._connection = connection
        self._rubric = rubric
        self._source = source
        self._rubric_pk, self._version_pk = rubrics.locate(connection, rubric)
        self._people: dict[str, int] = {}
        self._standing: dict[tuple[int, str, int], tuple[str, str | None, str]] = {
            (row.trace_pk, row.field, row.rater_pk): (row.id, row.value, row.comment)
            for row in connection.execute(
                select(
                    t.answer.c.trace_pk,
                    t.answer.c.field,
                    t.answer.c.rater_pk,
                    t.answer.c.id,
                    t.answer.c.value,
                    t.answer.c.comment,
                ).where(t.answer.c.rubric_pk == self._rubric_pk, _CURRENT)
            )
        }
        self._ids = set(
            connection.execute(
                select(t.answer.c.id).where(t.answer.c.rubric_pk == self._rubric_pk)
            ).scalars()
        )
        self._rows: list[dict[str, Any]] = []
        self.added = 0
        self.already_there = 0

    def make_units(self, records: Sequence[TraceRecord], run: str, dataset: str) -> None:
        """Write bare items for units that the project does not have, as a run of their own."""
        writer = TraceWriter(self._connection, source=self._source, place=self._source)
        writer.run(run, system="", dataset=dataset, details={})
        for record in records:
            writer.add(record, run)
        writer.finish(self._source)

    def units_of(self, run: str) -> dict[str, int]:
        """Scenario key → trace, for the items of a run."""
        found = self._connection.execute(
            select(t.scenario.c.key, t.trace.c.pk)
            .join(t.trace, t.trace.c.scenario_pk == t.scenario.c.pk)
            .join(t.run, t.run.c.pk == t.trace.c.run_pk)
            .where(t.run.c.name == run)
        )
        return dict(found.all())

    def ids_of(self, pks: Sequence[int]) -> dict[int, str]:
        """Trace → its id."""
        result: dict[int, str] = {}
        for start in range(0, len(pks), 500):
            found = self._connection.execute(
                select(t.trace.c.pk, t.trace.c.id).where(t.trace.c.pk.in_(pks[start : start + 500]))
            )
            result.update((pk, identity.hex()) for pk, identity in found)
        return result

    def add(
        self,
        trace_pk: int,
        trace_id: str,
        field: str,
        rater: str,
        value: AnswerValue | list[str],
        comment: str = "",
        time: str = "",
    ) -> None:
        """Append one answer, unless it is there already."""
        rater_pk = self._people.get(rater)
        if rater_pk is None:
            rater_pk = self._people[rater] = people.ensure(self._connection, rater)
        text = codec.encode(value)
        place = (trace_pk, field, rater_pk)
        standing = self._standing.get(place)
        identity = content_id([trace_id, self._rubric, field, rater, value, comment, time])
        if identity in self._ids or (
            standing is not None and standing[1] == text and standing[2] == comment
        ):
            self.already_there += 1
            return
        self._rows.append(
            {
                "id": identity,
                "trace_pk": trace_pk,
                "rubric_pk": self._rubric_pk,
                "version_pk": self._version_pk,
                "field": field,
                "rater_pk": rater_pk,
                "value": text,
                "comment": comment,
                "created_at": time or now(),
                "supersedes": None if standing is None else standing[0],
                "source": self._source,
            }
        )
        self._standing[place] = (identity, text, comment)
        self._ids.add(identity)
        self.added += 1
        if len(self._rows) >= 5000:
            self.flush()

    def submit_all(self, ratings: Iterable[tuple[int, str]]) -> None:
        """Mark the ratings (trace, rater) as submitted: what comes from elsewhere is finished."""
        pairs = [(trace_pk, self._people[rater]) for trace_pk, rater in ratings]
        known = set(
            self._connection.execute(
                select(t.submission.c.trace_pk, t.submission.c.rater_pk).where(
                    t.submission.c.rubric_pk == self._rubric_pk
                )
            ).all()
        )
        rows = [
            {
                "id": new_id(),
                "trace_pk": trace_pk,
                "rubric_pk": self._rubric_pk,
                "rater_pk": rater_pk,
                "state": "submitted",
                "created_at": now(),
            }
            for trace_pk, rater_pk in dict.fromkeys(pairs)
            if (trace_pk, rater_pk) not in known
        ]
        if rows:
            self._connection.execute(t.submission.insert(), rows)

    def flush(self) -> None:
        """Write what is queued."""
        if self._rows:
            self._connection.execute(t.answer.insert(), self._rows)
            self._rows = []


def _current(
    connection: Connection, trace_pk: int, rubric_pk: int, field: str, rater_pk: int
) -> Row[*tuple[Any, ...]] | None:
    return connection.execute(
        select(t.answer)
        .where(
            t.answer.c.rubric_pk == rubric_pk,
            t.answer.c.trace_pk == trace_pk,
            t.answer.c.field == field,
            t.answer.c.rater_pk == rater_pk,
        )
        .order_by(t.answer.c.seq.desc())
        .limit(1)
    ).one_or_none()


def _answer(row: Row[*tuple[Any, ...]], rater: str) -> Answer:
    return Answer(
        id=row.id,
        trace_pk=row.trace_pk,
        field=row.field,
        rater=rater,
        value=None if row.value is None else codec.decode(row.value),
        created_at=row.created_at,
        comment=row.comment,
        supersedes=row.supersedes or "",
    )
