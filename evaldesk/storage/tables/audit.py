"""The log: what happened, and which rows of this file each entry covers."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import table_of


class AuditEventTable(SQLModel, table=True):
    """One entry of a hash chain; see ``domain/audit.py``. Only ever appended. ``seq`` is the order
    in which entries came into this file.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        UniqueConstraint("chain", "number"),
        Index("audit_event_by_time", "at"),
        Index("audit_event_by_kind", "kind"),
        Index("audit_event_by_author", "author"),
        Index("audit_event_by_key", "key"),
    )
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    chain: str
    number: int
    at: str
    kind: str
    author: str
    key: str
    body: str
    before: str
    hash: str
    signature: str


class AuditHeadTable(SQLModel, table=True):
    """The last entry of each chain, so that a cut tail is seen. ``own`` is 1 for the chain of this
    file; the others were brought by merges.
    """

    __tablename__ = "audit_head"
    chain: str = Field(primary_key=True)
    number: int
    hash: str
    own: int = 0


class AuditCoverTable(SQLModel, table=True):
    """Which rows of this file an entry of its own chain speaks of. Local, and signed by nobody:
    wrong numbers here make the entry's digest wrong. Only ever appended.
    """

    __tablename__ = "audit_cover"
    __table_args__ = (Index("audit_cover_by_rows", "name", "first_pk"),)
    seq: int | None = Field(default=None, primary_key=True)
    event_seq: int = Field(foreign_key="audit_event.seq", index=True)
    name: str
    first_pk: int
    last_pk: int


class AuditGoneTable(SQLModel, table=True):
    """A row that was lawfully deleted: what it was called, and the hash of its portable form, which
    keeps the digest of the entry that covered it right. Only ever appended.

    Attributes:
        name: of its table; ``trace_body`` for a trace whose text was deleted and whose row stays.
        pk, other: its number here; ``other`` is the second half of a number of two.
        id: what it was called everywhere; empty where it had no name.
        cover_seq: ``seq`` of the entry that covered it.
    """

    __tablename__ = "audit_gone"
    __table_args__ = (Index("audit_gone_by_row", "name", "pk"),)
    seq: int | None = Field(default=None, primary_key=True)
    name: str
    pk: int
    other: int = 0
    id: str = ""
    hash: str
    cover_seq: int


audit_event = table_of(AuditEventTable)
audit_head = table_of(AuditHeadTable)
audit_cover = table_of(AuditCoverTable)
audit_gone = table_of(AuditGoneTable)

APPEND_ONLY = ("audit_event", "audit_cover", "audit_gone")
