"""Rounds: what is rated by whom, and how long it took."""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import later_whole, table_of


class RoundTable(SQLModel, table=True):
    """Who rates what by which rubric. Only ever appended; what becomes of it are its events."""

    __tablename__ = "round"
    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str = Field(unique=True)
    kind: str
    rubric_pk: int = Field(foreign_key="rubric.pk")
    version_pk: int = Field(foreign_key="rubric_version.pk")
    plan: str
    rules: str
    author_pk: int = Field(foreign_key="person.pk")
    note: str = ""
    created_at: str


class RoundEventTable(SQLModel, table=True):
    """A round was opened, revealed or closed. ``answers`` is the last answer's ``seq`` then."""

    __tablename__ = "round_event"
    __table_args__ = (Index("round_event_by_round", "round_pk"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    round_pk: int = Field(foreign_key="round.pk")
    state: str
    answers: int
    author_pk: int = Field(foreign_key="person.pk")
    reason: str = ""
    created_at: str


class RoundItemTable(SQLModel, table=True):
    """A trace that a round rates, and with what probability it was chosen."""

    __tablename__ = "round_item"
    __table_args__ = {"sqlite_with_rowid": False}
    round_pk: int = Field(foreign_key="round.pk", primary_key=True)
    trace_pk: int = Field(foreign_key="trace.pk", primary_key=True)
    role: str
    stratum: str = ""
    probability: float | None = None


class AssignmentTable(SQLModel, table=True):
    """A rater's item. ``reading`` is 1 where the same trace is put before them again unawares."""

    __tablename__ = "assignment"
    __table_args__ = {"sqlite_with_rowid": False}
    round_pk: int = Field(foreign_key="round.pk", primary_key=True)
    rater_pk: int = Field(foreign_key="person.pk", primary_key=True)
    trace_pk: int = Field(foreign_key="trace.pk", primary_key=True)
    reading: int = Field(default=0, primary_key=True)
    position: int


class WorkTimeTable(SQLModel, table=True):
    """How long a rater worked on a trace in one stretch, pauses left out. Only ever appended."""

    __tablename__ = "work_time"
    __table_args__ = (Index("work_time_by_rating", "rater_pk", "rubric_pk", "trace_pk"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    trace_pk: int = Field(foreign_key="trace.pk")
    rubric_pk: int = Field(foreign_key="rubric.pk")
    rater_pk: int = Field(foreign_key="person.pk")
    round_pk: int | None = Field(default=None, foreign_key="round.pk")
    active_ms: int
    created_at: str
    reading: int = later_whole(0)


round_ = table_of(RoundTable)
round_event = table_of(RoundEventTable)
round_item = table_of(RoundItemTable)
assignment = table_of(AssignmentTable)
work_time = table_of(WorkTimeTable)

APPEND_ONLY = (
    "round",
    "round_event",
    "round_item",
    "assignment",
    "work_time",
)
