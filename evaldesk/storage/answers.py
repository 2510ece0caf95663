"""What stands of answers that were only ever appended: each until another one supersedes it."""

from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select

from evaldesk.domain.rating import Answer
from evaldesk.domain.rubric import CannotJudge, Given
from evaldesk.storage import codec
from evaldesk.storage import tables as t
from evaldesk.storage.standing import not_aside

_newer = t.answer.alias("newer")
UNREPLACED = and_(
    ~select(1).where(_newer.c.supersedes == t.answer.c.id).exists(), not_aside(t.answer.c.id)
)
"""Holds for an answer that none supersedes and that was not set aside, of whatever reading."""
CURRENT = and_(UNREPLACED, t.answer.c.reading == 0)
"""Holds for an answer that none supersedes. A second reading of the same trace by the same rater
only measures the rater, and counts nowhere else.
"""


def standing_in(round_pk: int, upto: int | None = None) -> ColumnElement[bool]:
    """Holds for an answer of a round that no answer of the same round supersedes, whatever was
    answered in later rounds.

    Args:
        upto: only answers with a ``seq`` up to this count, for what stood before a reveal.
    """
    later = t.answer.alias("later")
    replaced = select(1).where(later.c.supersedes == t.answer.c.id, later.c.round_pk == round_pk)
    tests = [t.answer.c.round_pk == round_pk]
    if upto is not None:
        replaced = replaced.where(later.c.seq <= upto)
        tests.append(t.answer.c.seq <= upto)
    return and_(*tests, ~replaced.exists(), not_aside(t.answer.c.id, within_round=True))


ANSWERS = (
    select(
        t.answer.c.id,
        t.answer.c.trace_pk,
        t.answer.c.field,
        t.person.c.name.label("rater"),
        t.answer.c.value,
        t.answer.c.created_at,
        t.answer.c.comment,
        t.answer.c.supersedes,
        t.answer.c.source,
        t.rubric_version.c.version,
    )
    .join(t.person, t.person.c.pk == t.answer.c.rater_pk)
    .join(t.rubric, t.rubric.c.pk == t.answer.c.rubric_pk)
    .join(t.rubric_version, t.rubric_version.c.pk == t.answer.c.version_pk)
)
"""Answers with the names of their raters; joined with their rubric, to narrow by its name."""


def encode_value(value: Given) -> str:
    """An answer as the text of its column."""
    return codec.encode(value.to_json() if isinstance(value, CannotJudge) else value)


def decode_value(text: str) -> Given:
    """What `encode_value` wrote.

    Raises:
        DamagedError: the text is damaged.
    """
    value: Any = codec.decode(text)
    return CannotJudge.from_json(value) or value


def answer_of(row: Row[*tuple[Any, ...]], rater: str) -> Answer:
    """A row of `ANSWERS`, or of the table itself, which does not know the version's number, with
    the name of its rater.
    """
    return Answer(
        id=row.id,
        trace_pk=row.trace_pk,
        field=row.field,
        rater=rater,
        value=None if row.value is None else decode_value(row.value),
        created_at=row.created_at,
        comment=row.comment,
        supersedes=row.supersedes or "",
        version=getattr(row, "version", 0),
        source=row.source,
    )
