"""The tables of a project. Private to storage.

``pk`` is a row number inside this file; ``id`` is what other files and people may refer to:
derived from the content for what was imported, a UUIDv7 for what people made.
"""

from evaldesk.storage.tables import (
    audit,
    datasets,
    exchange,
    highlights,
    preferences,
    privacy,
    ratings,
    reading,
    rounds,
)
from evaldesk.storage.tables.audit import audit_cover, audit_event, audit_gone, audit_head
from evaldesk.storage.tables.base import METADATA
from evaldesk.storage.tables.datasets import (
    dataset,
    dataset_member,
    dataset_version,
    scenario,
    scenario_revision,
    scenario_slice,
    suite,
)
from evaldesk.storage.tables.exchange import aside, package, package_item, package_row, trust
from evaldesk.storage.tables.highlights import highlight
from evaldesk.storage.tables.preferences import (
    pair_assignment,
    pair_item,
    pair_submission,
    preference,
)
from evaldesk.storage.tables.privacy import (
    finding,
    privacy_decision,
    privacy_rule,
    privacy_scan,
    tombstone,
)
from evaldesk.storage.tables.project import import_file, mapping, person, setting
from evaldesk.storage.tables.ratings import answer, rubric, rubric_version, ruling, submission
from evaldesk.storage.tables.reading import note, saved_view
from evaldesk.storage.tables.rounds import assignment, round_, round_event, round_item, work_time
from evaldesk.storage.tables.traces import annotation, metric, run, score, trace, trace_body

APPEND_ONLY = (
    *ratings.APPEND_ONLY,
    *datasets.APPEND_ONLY,
    *reading.APPEND_ONLY,
    *rounds.APPEND_ONLY,
    *highlights.APPEND_ONLY,
    *preferences.APPEND_ONLY,
    *audit.APPEND_ONLY,
    *exchange.APPEND_ONLY,
    *privacy.APPEND_ONLY,
)
"""Triggers refuse UPDATE and DELETE on these."""

SINCE_3: frozenset[str] = frozenset(
    (
        *audit.APPEND_ONLY,
        "audit_head",
        *exchange.APPEND_ONLY,
        *highlights.APPEND_ONLY,
        *preferences.APPEND_ONLY,
        *privacy.APPEND_ONLY,
        "finding",
        "privacy_scan",
    )
)
"""The tables that came with format 3, by name."""

__all__ = [
    "APPEND_ONLY",
    "METADATA",
    "SINCE_3",
    "annotation",
    "answer",
    "aside",
    "assignment",
    "audit_cover",
    "audit_event",
    "audit_gone",
    "audit_head",
    "dataset",
    "dataset_member",
    "dataset_version",
    "finding",
    "highlight",
    "import_file",
    "mapping",
    "metric",
    "note",
    "package",
    "package_item",
    "package_row",
    "pair_assignment",
    "pair_item",
    "pair_submission",
    "person",
    "preference",
    "privacy_decision",
    "privacy_rule",
    "privacy_scan",
    "round_",
    "round_event",
    "round_item",
    "rubric",
    "rubric_version",
    "ruling",
    "run",
    "saved_view",
    "scenario",
    "scenario_revision",
    "scenario_slice",
    "score",
    "setting",
    "submission",
    "suite",
    "tombstone",
    "trace",
    "trace_body",
    "trust",
    "work_time",
]
