"""What is said of the rows of a timeline; no widgets here."""

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from evaldesk.services.reading.timeline import TimelineRow
from evaldesk.ui.widgets.trace_view.figures import cost, count, duration

_CONTEXT = "Timeline"

KINDS = {
    "agent": ("A", "accent", QT_TRANSLATE_NOOP(_CONTEXT, "agent")),
    "llm": ("L", "a", QT_TRANSLATE_NOOP(_CONTEXT, "model")),
    "tool": ("T", "tool", QT_TRANSLATE_NOOP(_CONTEXT, "tool")),
    "retriever": ("R", "ok", QT_TRANSLATE_NOOP(_CONTEXT, "retriever")),
    "reranker": ("K", "ok", QT_TRANSLATE_NOOP(_CONTEXT, "reranker")),
    "embedding": ("E", "warn", QT_TRANSLATE_NOOP(_CONTEXT, "embedding")),
    "guardrail": ("G", "warn", QT_TRANSLATE_NOOP(_CONTEXT, "guardrail")),
    "evaluator": ("V", "b", QT_TRANSLATE_NOOP(_CONTEXT, "evaluator")),
    "chain": ("C", "muted", QT_TRANSLATE_NOOP(_CONTEXT, "chain")),
    "user": ("U", "muted", QT_TRANSLATE_NOOP(_CONTEXT, "user")),
}
"""Kind → its letter, the token of its colour, its name."""

_TELLING = ("agent", "llm", "chain")
"""Kinds whose names tell which system it was."""


def tr(text: str) -> str:
    """A text of the timeline in the person's language."""
    return QCoreApplication.translate(_CONTEXT, text)


def name_of(row: TimelineRow, *, hide_systems: bool) -> str:
    """What a row is called, by its kind only where its name may tell the system."""
    if hide_systems and row.kind in _TELLING:
        return tr(str(KINDS[row.kind][2]))
    return row.name


def tokens_of(row: TimelineRow) -> str:
    """``1,204 → 88``; empty for none."""
    if row.tokens_in is None and row.tokens_out is None:
        return ""
    first = count(row.tokens_in) if row.tokens_in is not None else "–"
    last = count(row.tokens_out) if row.tokens_out is not None else "–"
    return f"{first} → {last}"


def described(row: TimelineRow, *, hide_systems: bool) -> str:
    """All that is known of a row, for a tooltip and a screen reader."""
    parts = [
        name_of(row, hide_systems=hide_systems),
        tr(str(KINDS[row.kind][2])),
        tr("began after {time}").format(time=duration(row.start)),
        tr("took {time}").format(time=duration(row.duration)) if row.duration is not None else "",
    ]
    tokens = tokens_of(row)
    if tokens:
        parts.append(tr("{tokens} tokens").format(tokens=tokens))
    if not hide_systems:
        parts.append(row.model)
        parts.append(cost(row.cost))
    if row.error:
        parts.append(tr("error: {text}").format(text=row.error[:300]))
    if row.children:
        parts.append(tr("{count} within").format(count=count(row.children)))
    return " · ".join(part for part in parts if part)
