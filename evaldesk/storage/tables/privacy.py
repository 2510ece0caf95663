"""Personal data that was found, what people decided about it, and what was deleted when its time
was up.
"""

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from evaldesk.storage.tables.base import table_of


class FindingTable(SQLModel, table=True):
    """Where something was found, never what: ``digest`` is a keyed hash of it. A scan may replace
    them; nobody's decision lies here.
    """

    __tablename__ = "finding"
    __table_args__ = (
        Index("finding_by_text", "kind", "digest", "trace_pk"),
        Index("finding_by_trace", "trace_pk"),
    )
    pk: int | None = Field(default=None, primary_key=True)
    trace_pk: int = Field(foreign_key="trace.pk")
    path: str
    start: int
    end: int
    kind: str
    recognizer: str
    score: float
    digest: bytes


class PrivacyScanTable(SQLModel, table=True):
    """That a trace was looked through, and by what: another detector looks again."""

    __tablename__ = "privacy_scan"
    trace_pk: int = Field(primary_key=True, foreign_key="trace.pk")
    detector: str


class PrivacyDecisionTable(SQLModel, table=True):
    """What a person said of something that was found; see ``domain/privacy.py``. Only appended."""

    __tablename__ = "privacy_decision"
    __table_args__ = (Index("privacy_decision_by_text", "digest"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    verdict: str
    kind: str
    digest: str
    trace: str = ""
    path: str = ""
    start: int = 0
    end: int = 0
    text: str = ""
    author: str
    reason: str = ""
    created_at: str
    supersedes: str | None = Field(default=None, unique=True)


class PrivacyRuleTable(SQLModel, table=True):
    """A version of a profile, a list of words or a retention rule: the last of a kind and name
    counts, and one without content takes it away. Only appended.
    """

    __tablename__ = "privacy_rule"
    __table_args__ = (Index("privacy_rule_by_name", "kind", "name"),)
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    kind: str
    name: str
    content: str
    author: str
    note: str = ""
    created_at: str


class TombstoneTable(SQLModel, table=True):
    """That a trace's text was deleted, and why. Only appended."""

    __tablename__ = "tombstone"
    seq: int | None = Field(default=None, primary_key=True)
    id: str = Field(unique=True)
    trace_pk: int = Field(foreign_key="trace.pk", unique=True)
    rule: str
    reason: str
    author: str
    created_at: str


finding = table_of(FindingTable)
privacy_scan = table_of(PrivacyScanTable)
privacy_decision = table_of(PrivacyDecisionTable)
privacy_rule = table_of(PrivacyRuleTable)
tombstone = table_of(TombstoneTable)

APPEND_ONLY = ("privacy_decision", "privacy_rule", "tombstone")
