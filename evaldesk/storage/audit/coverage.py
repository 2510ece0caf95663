"""Which tables the log covers, and how; and which it does not, and why."""

import functools

from evaldesk.storage import portable_rows
from evaldesk.storage import tables as t

BESIDES = (
    "import_file",
    "person",
    "rubric",
    "dataset",
    "metric",
    "scenario",
    "trace",
    "annotation",
)
"""Tables that are appended to though no trigger says so."""

SCORES = "score"
"""It has no row number of its own: its column ``batch`` names the event."""

STATE = {"setting": "key", "run": "id", "saved_view": "id", "mapping": "name"}
"""Tables whose rows change → the column that names a row."""

CLEAR = frozenset(("id", "name", "network", "created_at"))
"""Settings whose value stands in the log; of others only the hash does."""

LOG = ("audit_event", "audit_head", "audit_cover")
"""The log itself."""

LOCAL = {
    "trace_body": "the trace's id is the hash of it",
    "dataset_member": "the version's id is the hash of its members",
    "scenario_slice": "compared with the scenario's latest revision, or part of its portable form",
    "trace.preview": "made from the body, for lists; what is read and exported is the body",
    "trace.model": "found in the body, for filters",
    "trace.prompt_version": "found in the body, for filters",
    "finding": "a scan finds it again",
    "privacy_scan": "which traces were scanned; a scan writes it again",
    "audit_event.seq": "the order in which entries came into this file",
    "audit_cover.seq": "its own number",
    "saved_view.pk": "nothing refers to it",
    "audit_gone.seq": "its own number",
}
"""Tables and columns that no digest is of, and why each needs none."""


@functools.cache
def appended() -> tuple[str, ...]:
    """The tables whose new rows are found by their highest number.

    Raises:
        LookupError: an append-only table has no number of one column to be found by.
    """
    parts = (*portable_rows.parts_of_rounds(), *LOG)
    names = [name for name in (*t.APPEND_ONLY, *BESIDES) if name not in parts]
    for name in names:
        key = portable_rows.form(name).key
        if len(key) != 1 or key[0] not in ("pk", "seq"):
            raise LookupError(f"{name}: the log cannot find its new rows")
    return tuple(names)


def covered() -> frozenset[str]:
    """Every table that the log says something of."""
    return frozenset((*appended(), *portable_rows.parts_of_rounds(), *STATE, *LOG, SCORES))
