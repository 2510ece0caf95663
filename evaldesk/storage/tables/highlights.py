"""Spans that people labelled."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import table_of


class HighlightTable(SQLModel, table=True):
    """One state of a highlight. Only ever appended: a changed label is another row of the same
    ``root`` that names the one before in ``supersedes``, and a removal one with ``removed``.
    """

    __tablename__ = "highlight"
    __table_args__ = (
        Index("highlight_by_trace", "trace_pk", "author_pk"),
        Index("highlight_by_author", "author_pk"),
    )
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    root: str = Field(index=True)
    trace_pk: int = Field(foreign_key="trace.pk")
    author_pk: int = Field(foreign_key="person.pk")
    rubric_pk: int | None = None
    round_pk: int | None = None
    reading: int = 0
    kind: str
    label: str
    severity: str = ""
    comment: str = ""
    text_hash: str
    passage: str
    nth: int
    start: int
    stop: int
    quote: str
    before: str = ""
    after: str = ""
    said: str = ""
    source: str = ""
    removed: bool = False
    created_at: str
    supersedes: str | None = Field(default=None, unique=True)


highlight = table_of(HighlightTable)

APPEND_ONLY = ("highlight",)
