"""Runs, traces with their scores, and what people said of them in other tools."""

from sqlalchemy import BLOB, Column, ForeignKey, Index, Integer, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import later_text, later_whole, table_of


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
    model: str = later_text()
    prompt_version: str = later_text()
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
    """A value that a program computed for a trace. ``batch`` is the number of the event, in the
    file's own log, that covers it.
    """

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
    batch: int = later_whole(1)


run = table_of(RunTable)
trace = table_of(TraceTable)
annotation = table_of(AnnotationTable)
trace_body = table_of(TraceBodyTable)
metric = table_of(MetricTable)
score = table_of(ScoreTable)
