"""What stands of answers that were only ever appended: each until another one supersedes it."""

from typing import Any

from sqlalchemy import Row, select

from evaldesk.domain.rating import Answer
from evaldesk.storage import codec
from evaldesk.storage import tables as t

_newer = t.answer.alias("newer")
CURRENT = ~select(1).where(_newer.c.supersedes == t.answer.c.id).exists()
"""Holds for an answer that none supersedes."""
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
    )
    .join(t.person, t.person.c.pk == t.answer.c.rater_pk)
    .join(t.rubric, t.rubric.c.pk == t.answer.c.rubric_pk)
)
"""Answers with the names of their raters; joined with their rubric, to narrow by its name."""


def answer_of(row: Row[*tuple[Any, ...]], rater: str) -> Answer:
    """A row of `ANSWERS`, or of the table itself, with the name of its rater."""
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
