"""Pairs of traces that rounds compare, and what raters preferred."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import table_of


class PairItemTable(SQLModel, table=True):
    """Two traces of one scenario that a round puts side by side."""

    __tablename__ = "pair_item"
    __table_args__ = {"sqlite_with_rowid": False}
    round_pk: int = Field(foreign_key="round.pk", primary_key=True)
    number: int = Field(primary_key=True)
    a_pk: int = Field(foreign_key="trace.pk")
    b_pk: int = Field(foreign_key="trace.pk")
    role: str
    stratum: str = ""
    probability: float | None = None


class PairAssignmentTable(SQLModel, table=True):
    """A rater's pair, and which end of it stands on the left. ``reading`` is 1 where the same pair
    is put before them again unawares, with the sides swapped.
    """

    __tablename__ = "pair_assignment"
    __table_args__ = {"sqlite_with_rowid": False}
    round_pk: int = Field(foreign_key="round.pk", primary_key=True)
    rater_pk: int = Field(foreign_key="person.pk", primary_key=True)
    number: int = Field(primary_key=True)
    reading: int = Field(default=0, primary_key=True)
    position: int
    left: str


class PreferenceTable(SQLModel, table=True):
    """One preference. Only ever appended: what replaces it names it in ``supersedes``."""

    __tablename__ = "preference"
    __table_args__ = (Index("preference_by_rater", "round_pk", "rater_pk", "number"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    round_pk: int = Field(foreign_key="round.pk")
    number: int
    reading: int
    criterion: str
    rater_pk: int = Field(foreign_key="person.pk")
    choice: str | None = None
    strength: int | None = None
    reason: str = ""
    left: str = ""
    created_at: str
    supersedes: str | None = Field(default=None, unique=True)
    source: str = ""


class PairSubmissionTable(SQLModel, table=True):
    """A pair was submitted, reopened, skipped or flagged, after so much active work; without a
    state, it was only worked on. Only ever appended; the last state counts.
    """

    __tablename__ = "pair_submission"
    __table_args__ = (Index("pair_submission_by_rater", "round_pk", "rater_pk", "number"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    round_pk: int = Field(foreign_key="round.pk")
    number: int
    reading: int
    rater_pk: int = Field(foreign_key="person.pk")
    state: str
    note: str = ""
    active_ms: int = 0
    created_at: str


pair_item = table_of(PairItemTable)
pair_assignment = table_of(PairAssignmentTable)
preference = table_of(PreferenceTable)
pair_submission = table_of(PairSubmissionTable)

APPEND_ONLY = (
    "pair_item",
    "pair_assignment",
    "preference",
    "pair_submission",
)
