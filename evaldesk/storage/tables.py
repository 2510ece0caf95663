"""The tables of a project. Private to storage.

``pk`` is a row number inside this file; ``id`` is what other files and people may refer to:
derived from the content for what was imported, a UUIDv7 for what people made.
"""

from typing import Any

from sqlalchemy import (
    BLOB,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

METADATA = SQLModel.metadata


def _text() -> Any:
    """A text column that came with a later step: rows of an older file get the empty text."""
    return Field(default="", sa_column_kwargs={"server_default": ""})


def _whole(value: int) -> Any:
    """A whole number that came with a later step, with the value that older rows get."""
    return Field(default=value, sa_column_kwargs={"server_default": str(value)})


def _table(model: type[SQLModel]) -> Table:
    table: Any = model.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


class SettingTable(SQLModel, table=True):
    """The project's own facts: name, network policy, the template it came from."""

    __tablename__ = "setting"
    key: str = Field(primary_key=True)
    value: str


class PersonTable(SQLModel, table=True):
    """Someone who rated, ruled or imported."""

    __tablename__ = "person"
    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str = Field(unique=True)
    created_at: str


class DatasetTable(SQLModel, table=True):
    """A named collection of scenarios; its versions hold them."""

    __tablename__ = "dataset"
    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str = Field(unique=True)
    created_at: str


class DatasetVersionTable(SQLModel, table=True):
    """An immutable set of scenarios, named by the hash of their ids."""

    __tablename__ = "dataset_version"
    __table_args__ = (UniqueConstraint("dataset_pk", "id"),)
    pk: int | None = Field(default=None, primary_key=True)
    id: str
    dataset_pk: int = Field(foreign_key="dataset.pk")
    parent_pk: int | None = Field(default=None, foreign_key="dataset_version.pk")
    author: str
    note: str = ""
    created_at: str
    scenarios: int


class ScenarioTable(SQLModel, table=True):
    """A test case. ``id`` is the SHA-256 of key and input; ``body`` holds the input, compressed."""

    __tablename__ = "scenario"
    __table_args__ = (Index("scenario_by_tier", "tier"),)
    pk: int | None = Field(default=None, primary_key=True)
    id: bytes = Field(sa_column=Column(BLOB, nullable=False, unique=True))
    key: str = Field(index=True)
    title: str
    tier: str = ""
    expected: str = ""
    origin: str = ""
    body: bytes = Field(sa_column=Column(BLOB, nullable=False))
    import_pk: int | None = None
    place: str = _text()


class DatasetMemberTable(SQLModel, table=True):
    """Which scenarios a dataset version holds, and as of which revision of their description."""

    __tablename__ = "dataset_member"
    __table_args__ = {"sqlite_with_rowid": False}
    version_pk: int = Field(foreign_key="dataset_version.pk", primary_key=True)
    scenario_pk: int = Field(foreign_key="scenario.pk", primary_key=True)
    revision: int = _whole(0)


class ScenarioRevisionTable(SQLModel, table=True):
    """What a scenario's description became: tier, slices, expected behaviour, origin, title,
    redactions. Only ever appended. Number 0 is what was imported; there is a row for it only
    where a later one exists. ``id`` is the hash of scenario and content.
    """

    __tablename__ = "scenario_revision"
    __table_args__ = (UniqueConstraint("scenario_pk", "number"),)
    pk: int | None = Field(default=None, primary_key=True)
    id: str
    scenario_pk: int = Field(foreign_key="scenario.pk")
    number: int
    content: str
    author: str
    note: str = ""
    created_at: str


class SuiteTable(SQLModel, table=True):
    """A name given to a dataset version, so that comparisons know their ground. Only ever
    appended: the last row of a name counts.
    """

    __tablename__ = "suite"
    __table_args__ = (Index("suite_by_name", "name"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    version_pk: int = Field(foreign_key="dataset_version.pk")
    author: str
    note: str = ""
    created_at: str


class ScenarioSliceTable(SQLModel, table=True):
    """One slice value of a scenario."""

    __tablename__ = "scenario_slice"
    __table_args__ = (
        Index("scenario_slice_by_value", "name", "value"),
        {"sqlite_with_rowid": False},
    )
    scenario_pk: int = Field(foreign_key="scenario.pk", primary_key=True)
    name: str = Field(primary_key=True)
    value: str


class RunTable(SQLModel, table=True):
    """One system over one dataset version."""

    __tablename__ = "run"
    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str = Field(unique=True)
    system: str = ""
    dataset_version_pk: int | None = Field(default=None, foreign_key="dataset_version.pk")
    source: str = ""
    created_at: str
    details: str = "{}"


class TraceTable(SQLModel, table=True):
    """What lists and filters need of a trace. ``id`` is the SHA-256 of header and body."""

    __tablename__ = "trace"
    __table_args__ = (
        UniqueConstraint("run_pk", "scenario_pk", "trial"),
        Index("trace_by_scenario", "scenario_pk"),
        # What lists are sorted by, so that the first rows of a million are there at once.
        Index("trace_by_latency", "latency_ms"),
        Index("trace_by_cost", "cost"),
        Index("trace_by_tokens_in", "tokens_in"),
        Index("trace_by_tokens_out", "tokens_out"),
        Index("trace_by_start", "started_at"),
        Index("trace_by_status", "status"),
        Index("trace_by_error", "status", sqlite_where=text("error <> ''")),
        # Counts for the facets come from this one alone; see storage/facets.py.
        Index("trace_by_facet", "run_pk", "system", "model", "prompt_version", "status"),
    )
    pk: int | None = Field(default=None, primary_key=True)
    id: bytes = Field(sa_column=Column(BLOB, nullable=False, unique=True))
    scenario_pk: int = Field(sa_column=Column(Integer, ForeignKey("scenario.pk"), nullable=False))
    run_pk: int = Field(sa_column=Column(Integer, ForeignKey("run.pk"), nullable=False))
    system: str = ""
    trial: int = 0
    status: str
    error: str = ""
    started_at: str = ""
    latency_ms: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost: float | None = None
    preview: str = ""
    model: str = _text()
    prompt_version: str = _text()
    import_pk: int | None = None


class AnnotationTable(SQLModel, table=True):
    """What a person said of a trace in another tool. ``id`` is the hash of its content."""

    __tablename__ = "annotation"
    __table_args__ = (
        Index("annotation_by_trace", "trace_pk"),
        Index("annotation_by_name", "name", "value"),
    )
    pk: int | None = Field(default=None, primary_key=True)
    id: bytes = Field(sa_column=Column(BLOB, nullable=False, unique=True))
    trace_pk: int = Field(foreign_key="trace.pk")
    name: str
    value: float | None = None
    label: str = ""
    comment: str = ""
    annotator: str = ""
    target: str = ""
    created_at: str = ""
    details: str = "{}"


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


class TraceBodyTable(SQLModel, table=True):
    """Messages and the rest of a trace: canonical JSON, compressed with zstd."""

    __tablename__ = "trace_body"
    trace_pk: int = Field(foreign_key="trace.pk", primary_key=True)
    body: bytes = Field(sa_column=Column(BLOB, nullable=False))


class MetricTable(SQLModel, table=True):
    """The names of scores."""

    __tablename__ = "metric"
    pk: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)


class ScoreTable(SQLModel, table=True):
    """A value that a program computed for a trace."""

    __tablename__ = "score"
    __table_args__ = (
        Index("score_by_metric", "metric_pk", "value"),
        {"sqlite_with_rowid": False},
    )
    trace_pk: int = Field(foreign_key="trace.pk", primary_key=True)
    metric_pk: int = Field(foreign_key="metric.pk", primary_key=True)
    value: float | None = None
    label: str | None = None
    explanation: str | None = None
    answer: str | None = None


class ImportTable(SQLModel, table=True):
    """One imported file: where data came from."""

    __tablename__ = "import_file"
    pk: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    name: str
    sha256: str
    format: str
    author: str
    created_at: str
    added: int
    already_there: int
    notes: str = "[]"


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
    reading: int = _whole(0)


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
    reading: int = _whole(0)
    note: str = _text()


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


class MappingTable(SQLModel, table=True):
    """A saved mapping from columns to fields, to use again."""

    __tablename__ = "mapping"
    name: str = Field(sa_column=Column(String, primary_key=True))
    kind: str
    content: str
    created_at: str


setting = _table(SettingTable)
person = _table(PersonTable)
dataset = _table(DatasetTable)
dataset_version = _table(DatasetVersionTable)
dataset_member = _table(DatasetMemberTable)
scenario = _table(ScenarioTable)
scenario_slice = _table(ScenarioSliceTable)
run = _table(RunTable)
trace = _table(TraceTable)
trace_body = _table(TraceBodyTable)
metric = _table(MetricTable)
score = _table(ScoreTable)
scenario_revision = _table(ScenarioRevisionTable)
suite = _table(SuiteTable)
annotation = _table(AnnotationTable)
note = _table(NoteTable)
round_ = _table(RoundTable)
round_event = _table(RoundEventTable)
round_item = _table(RoundItemTable)
assignment = _table(AssignmentTable)
work_time = _table(WorkTimeTable)
saved_view = _table(SavedViewTable)
import_file = _table(ImportTable)
rubric = _table(RubricTable)
rubric_version = _table(RubricVersionTable)
answer = _table(AnswerTable)
submission = _table(SubmissionTable)
ruling = _table(RulingTable)
mapping = _table(MappingTable)

APPEND_ONLY = (
    "answer",
    "submission",
    "ruling",
    "rubric_version",
    "dataset_version",
    "scenario_revision",
    "suite",
    "note",
    "round",
    "round_event",
    "round_item",
    "assignment",
    "work_time",
)
"""Triggers refuse UPDATE and DELETE on these."""
