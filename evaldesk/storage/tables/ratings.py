"""Rubrics, and what people answered and ruled by them."""

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import later_text, later_whole, table_of


class RubricTable(SQLModel, table=True):
    """A rubric's name; its versions hold the questions."""

    __tablename__ = "rubric"
    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str = Field(unique=True)
    created_at: str


class RubricVersionTable(SQLModel, table=True):
    """An immutable version of a rubric. ``id`` is the hash of its content."""

    __tablename__ = "rubric_version"
    __table_args__ = (UniqueConstraint("rubric_pk", "version"), UniqueConstraint("rubric_pk", "id"))
    pk: int | None = Field(default=None, primary_key=True)
    id: str
    rubric_pk: int = Field(foreign_key="rubric.pk")
    version: int
    content: str
    author: str
    note: str = ""
    created_at: str


class AnswerTable(SQLModel, table=True):
    """One answer. Only ever appended: what replaces it names it in ``supersedes``. A second
    ``reading`` of the same trace by the same rater is a history of its own.
    """

    __tablename__ = "answer"
    __table_args__ = (
        Index("answer_by_question", "rubric_pk", "trace_pk", "field", "rater_pk"),
        Index("answer_by_rater", "rater_pk", "rubric_pk"),
        Index("answer_by_trace", "trace_pk"),
    )
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    trace_pk: int = Field(foreign_key="trace.pk")
    rubric_pk: int = Field(foreign_key="rubric.pk")
    version_pk: int = Field(foreign_key="rubric_version.pk")
    field: str
    rater_pk: int = Field(foreign_key="person.pk")
    value: str | None = None
    comment: str = ""
    created_at: str
    supersedes: str | None = Field(default=None, unique=True)
    source: str = ""
    round_pk: int | None = None
    reading: int = later_whole(0)


class SubmissionTable(SQLModel, table=True):
    """A rating was submitted, reopened, skipped or flagged, the last with a note for the
    adjudicator. Only ever appended; the last one counts.
    """

    __tablename__ = "submission"
    __table_args__ = (Index("submission_by_rating", "rater_pk", "rubric_pk", "trace_pk"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    trace_pk: int = Field(foreign_key="trace.pk")
    rubric_pk: int = Field(foreign_key="rubric.pk")
    rater_pk: int = Field(foreign_key="person.pk")
    state: str
    created_at: str
    round_pk: int | None = None
    reading: int = later_whole(0)
    note: str = later_text()


class RulingTable(SQLModel, table=True):
    """An adjudicator's decision. Only ever appended."""

    __tablename__ = "ruling"
    __table_args__ = (Index("ruling_by_question", "rubric_pk", "trace_pk", "criterion"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    trace_pk: int = Field(foreign_key="trace.pk")
    rubric_pk: int = Field(foreign_key="rubric.pk")
    version_pk: int = Field(foreign_key="rubric_version.pk")
    criterion: str
    kind: str
    value: str | None = None
    reason: str
    author_pk: int = Field(foreign_key="person.pk")
    created_at: str
    supersedes: str | None = Field(default=None, unique=True)


rubric = table_of(RubricTable)
rubric_version = table_of(RubricVersionTable)
answer = table_of(AnswerTable)
submission = table_of(SubmissionTable)
ruling = table_of(RulingTable)

APPEND_ONLY = (
    "answer",
    "submission",
    "ruling",
    "rubric_version",
)
