"""Answers with the version of the rubric that each was given to."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import case, select
from sqlalchemy import func as sql

from evaldesk.domain.rating import Answer
from evaldesk.storage import rounds
from evaldesk.storage import tables as t
from evaldesk.storage.answers import ANSWERS, UNREPLACED, answer_of
from evaldesk.storage.engine import Database

_AT_ONCE = 2000


def said(
    database: Database,
    trace_pk: int,
    rubric: str,
    rater: str,
    *,
    round: str = "",
    reading: int = 0,
) -> dict[str, list[Answer]]:
    """Everything that one rater ever answered for a trace: field → answers, oldest first; the last
    one stands. Nobody else's.

    Args:
        round: only what was answered in this round; empty for everything.
        reading: 1 for a hidden repeat.
    """
    with database.read() as connection:
        tests = [
            t.answer.c.trace_pk == trace_pk,
            t.rubric.c.name == rubric,
            t.person.c.name == rater,
            t.answer.c.reading == reading,
        ]
        if round:
            tests.append(t.answer.c.round_pk == rounds.locate(connection, round))
        found = connection.execute(ANSWERS.where(*tests).order_by(t.answer.c.seq))
        answers: dict[str, list[Answer]] = {}
        for row in found:
            answers.setdefault(row.field, []).append(answer_of(row, rater))
        return answers


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far a rater's answers, submissions and what was set aside had been read."""

    answers: int = 0
    submissions: int = 0
    aside: int = 0


def watermark(database: Database) -> Watermark:
    """How far they are by now; everybody's."""
    with database.read() as connection:
        last = (
            select(sql.max(table.c.seq)).scalar_subquery()
            for table in (t.answer, t.submission, t.aside)
        )
        row = connection.execute(select(*last)).one()
        return Watermark(*(number or 0 for number in row))


def touched_since(database: Database, rubric: str, rater: str, mark: Watermark) -> set[int]:
    """The traces for which this rater answered or handed in something since then."""
    found: set[int] = set()
    with database.read() as connection:
        for table, seq in ((t.answer, mark.answers), (t.submission, mark.submissions)):
            found.update(
                connection.execute(
                    select(table.c.trace_pk)
                    .join(t.person, t.person.c.pk == table.c.rater_pk)
                    .join(t.rubric, t.rubric.c.pk == table.c.rubric_pk)
                    # Not by the index of raters: what is new is at the end of the table.
                    .where(table.c.seq > seq, t.person.c.name == rater, t.rubric.c.name == rubric)
                ).scalars()
            )
    return found


def standing(
    database: Database,
    rubric: str,
    rater: str = "",
    *,
    reading: int = 0,
    traces: Collection[int] | None = None,
) -> Iterator[tuple[Answer, str]]:
    """Every current answer, and when its rating was submitted, by rater and trace; an empty time
    for one that is not.

    Args:
        rater: only theirs; empty for everybody's.
        reading: 1 for hidden repeats.
        traces: only of these, some hundreds; None for all.

    The reading connection is held until the iterator ends or is closed.
    """
    later = t.submission.alias()
    submitted = (
        select(case((later.c.state == "submitted", later.c.created_at), else_=""))
        .where(
            later.c.rater_pk == t.answer.c.rater_pk,
            later.c.rubric_pk == t.answer.c.rubric_pk,
            later.c.trace_pk == t.answer.c.trace_pk,
            later.c.reading == reading,
        )
        .order_by(later.c.seq.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = (
        ANSWERS.add_columns(submitted.label("submitted"))
        .where(
            t.rubric.c.name == rubric,
            t.answer.c.value.is_not(None),
            t.answer.c.reading == reading,
            UNREPLACED,
        )
        .order_by(t.answer.c.rater_pk, t.answer.c.trace_pk, t.answer.c.seq)
    )
    if rater:
        statement = statement.where(t.person.c.name == rater)
    if traces is not None:
        statement = statement.where(t.answer.c.trace_pk.in_(traces))
    with database.read() as connection:
        for row in connection.execution_options(yield_per=_AT_ONCE).execute(statement):
            yield answer_of(row, row.rater), row.submitted or ""
