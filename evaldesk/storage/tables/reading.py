"""What a person keeps while reading: notes and views."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import table_of


class NoteTable(SQLModel, table=True):
    """A person's bookmark or note on a trace or a place in it. Only ever appended: what replaces
    it names it in ``supersedes``, and one without text and ``kind`` is a removal.
    """

    __tablename__ = "note"
    __table_args__ = (Index("note_by_trace", "trace_pk", "author_pk"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    trace_pk: int = Field(foreign_key="trace.pk")
    author_pk: int = Field(foreign_key="person.pk")
    kind: str
    message: int
    part: int
    text: str = ""
    created_at: str
    supersedes: str | None = Field(default=None, unique=True)


class SavedViewTable(SQLModel, table=True):
    """A view of the traces under a name: its address."""

    __tablename__ = "saved_view"
    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str = Field(unique=True)
    address: str
    author: str
    created_at: str


note = table_of(NoteTable)
saved_view = table_of(SavedViewTable)

APPEND_ONLY = ("note",)
