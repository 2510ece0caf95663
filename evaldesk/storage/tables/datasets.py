"""Datasets and their versions, scenarios and what became of their descriptions, suites."""

from sqlalchemy import BLOB, Column, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import later_text, later_whole, table_of


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
    place: str = later_text()


class DatasetMemberTable(SQLModel, table=True):
    """Which scenarios a dataset version holds, and as of which revision of their description."""

    __tablename__ = "dataset_member"
    __table_args__ = {"sqlite_with_rowid": False}
    version_pk: int = Field(foreign_key="dataset_version.pk", primary_key=True)
    scenario_pk: int = Field(foreign_key="scenario.pk", primary_key=True)
    revision: int = later_whole(0)


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


dataset = table_of(DatasetTable)
dataset_version = table_of(DatasetVersionTable)
scenario = table_of(ScenarioTable)
dataset_member = table_of(DatasetMemberTable)
scenario_revision = table_of(ScenarioRevisionTable)
suite = table_of(SuiteTable)
scenario_slice = table_of(ScenarioSliceTable)

APPEND_ONLY = (
    "dataset_version",
    "scenario_revision",
    "suite",
)
