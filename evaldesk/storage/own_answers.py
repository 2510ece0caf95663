"""What one rater answered and handed in, looked up for that rater alone."""

from sqlalchemy import ColumnElement, select

from evaldesk.domain.rating import Answer
from evaldesk.storage import rounds
from evaldesk.storage import tables as t
from evaldesk.storage.answers import ANSWERS, answer_of
from evaldesk.storage.engine import Database
from evaldesk.storage.standing import not_aside


def elsewhere(
    database: Database,
    trace_pk: int,
    rubric: str,
    rater: str,
    *,
    without: str,
    round: str = "",
    reading: int = 0,
) -> dict[str, Answer]:
    """What this rater answered last for a trace outside of a round: field → answer.

    Args:
        without: name of the round that is left out.
        round: only in this round; empty for anywhere else.
        reading: 1 for a hidden repeat.

    Raises:
        NotFoundError: no such round.
    """
    with database.read() as connection:
        left_out = rounds.locate(connection, without)
        tests: list[ColumnElement[bool]] = [
            t.answer.c.trace_pk == trace_pk,
            t.rubric.c.name == rubric,
            t.person.c.name == rater,
            t.answer.c.reading == reading,
            t.answer.c.round_pk.is_distinct_from(left_out),
        ]
        if round:
            tests.append(t.answer.c.round_pk == rounds.locate(connection, round))
        found = connection.execute(ANSWERS.where(*tests).order_by(t.answer.c.seq))
        last = {row.field: answer_of(row, rater) for row in found}
        return {field: one for field, one in last.items() if one.value is not None}


def flag_note(
    database: Database, trace_pk: int, rubric: str, rater: str, *, round: str = "", reading: int = 0
) -> str:
    """The note with which this rater's rating stands as flagged; empty where it does not."""
    s = t.submission.c
    with database.read() as connection:
        tests = [
            s.trace_pk == trace_pk,
            s.reading == reading,
            t.rubric.c.name == rubric,
            t.person.c.name == rater,
            not_aside(s.id, within_round=bool(round)),
        ]
        if round:
            tests.append(s.round_pk == rounds.locate(connection, round))
        last = connection.execute(
            select(s.state, s.note)
            .join(t.person, t.person.c.pk == s.rater_pk)
            .join(t.rubric, t.rubric.c.pk == s.rubric_pk)
            .where(*tests)
            .order_by(s.seq.desc())
            .limit(1)
        ).first()
        return str(last.note) if last is not None and last.state == "flagged" else ""


def last_submitted(
    database: Database, rubric: str, rater: str, *, round: str = "", without: int = 0
) -> tuple[int, int] | None:
    """The (trace, reading) whose rating this rater submitted last and that still stands so.

    Args:
        round: only in this round; empty for anywhere.
        without: a trace that is passed over.
    """
    s = t.submission.c
    later = t.submission.alias("later")
    same = (
        later.c.rater_pk == s.rater_pk,
        later.c.rubric_pk == s.rubric_pk,
        later.c.trace_pk == s.trace_pk,
        later.c.reading == s.reading,
        later.c.seq > s.seq,
        not_aside(later.c.id, within_round=bool(round)),
    )
    with database.read() as connection:
        tests = [
            t.rubric.c.name == rubric,
            t.person.c.name == rater,
            s.state == "submitted",
            s.trace_pk != without,
            not_aside(s.id, within_round=bool(round)),
            ~select(1).where(*same).exists(),
        ]
        if round:
            tests.append(s.round_pk == rounds.locate(connection, round))
        found = connection.execute(
            select(s.trace_pk, s.reading)
            .join(t.person, t.person.c.pk == s.rater_pk)
            .join(t.rubric, t.rubric.c.pk == s.rubric_pk)
            .where(*tests)
            .order_by(s.seq.desc())
            .limit(1)
        ).first()
        return None if found is None else (int(found[0]), int(found[1]))
