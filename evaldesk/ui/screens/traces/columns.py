"""What the list of traces can show of one; no widgets here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from evaldesk.domain.query import RELEVANCE
from evaldesk.domain.trace import TraceRow
from evaldesk.ui.widgets.trace_view import figures

Chips = tuple[tuple[str, str], ...]

TIER_CHIPS = {"critical": "bad", "important": "warn"}
STATUS_CHIPS = {"error": "bad", "incomplete": "warn", "unit": "neutral"}


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        key: as settings and exports name it; ``score.NAME`` for a metric.
        title: translated.
        text: what a person reads. value: what goes into a file: a number stays one.
        sort: key to sort by; empty where the column cannot be sorted by.
        width: in pixels, at first.
        right: whether figures stand at the right.
        chips: shown instead of the text.
        muted: whether it is secondary.
    """

    key: str
    title: str
    text: Callable[[TraceRow], str]
    value: Callable[[TraceRow], str | float | int | None]
    sort: str = ""
    width: int = 90
    right: bool = False
    chips: Callable[[TraceRow], Chips] | None = None
    muted: bool = False


DEFAULT = ("scenario", "title", "run", "trial", "status", "tier", "latency_ms", "tokens", "cost")
"""Columns that are shown until the person chooses; the first metrics come with them."""


def tr(text: str) -> str:
    """A heading in the person's language."""
    return QCoreApplication.translate("TraceColumns", text)


LIKENESS = "likeness"


def columns(
    metrics: Sequence[str],
    annotations: Sequence[str] = (),
    likeness: Callable[[int], float | None] | None = None,
) -> list[Column]:
    """All columns, in the order they are offered.

    Args:
        annotations: names of what was judged in other tools.
        likeness: how much a trace is like the one that others are likened to; None where none is.
    """
    return [
        *([_likeness(likeness)] if likeness is not None else ()),
        _plain("scenario", QT_TRANSLATE_NOOP("TraceColumns", "Scenario"), 96),
        _plain("title", QT_TRANSLATE_NOOP("TraceColumns", "Title"), 220),
        *(_metric(name) for name in metrics),
        Column(
            "tier",
            tr("Tier"),
            lambda row: row.tier,
            lambda row: row.tier,
            "tier",
            112,
            chips=lambda row: (
                ((row.tier, TIER_CHIPS.get(row.tier, "neutral")),) if row.tier else ()
            ),
        ),
        Column(
            "status",
            tr("Status"),
            lambda row: row.status,
            lambda row: row.status,
            "status",
            92,
            chips=lambda row: (
                ((row.status, STATUS_CHIPS[row.status]),) if row.status in STATUS_CHIPS else ()
            ),
            muted=True,
        ),
        _plain("run", QT_TRANSLATE_NOOP("TraceColumns", "Run"), 150, muted=True),
        _plain("system", QT_TRANSLATE_NOOP("TraceColumns", "System"), 130, muted=True),
        _plain("model", QT_TRANSLATE_NOOP("TraceColumns", "Model"), 130, muted=True),
        _plain("prompt_version", QT_TRANSLATE_NOOP("TraceColumns", "Prompt version"), 110),
        Column(
            "trial",
            tr("Trial"),
            lambda row: str(row.trial + 1),
            lambda row: row.trial,
            "trial",
            52,
            right=True,
        ),
        Column(
            "slices",
            tr("Slices"),
            _slices,
            _slices,
            width=140,
            chips=lambda row: tuple((value, "neutral") for value in row.slices.values() if value),
        ),
        Column(
            "latency_ms",
            tr("Time"),
            lambda row: figures.duration(row.latency_ms),
            lambda row: row.latency_ms,
            "latency_ms",
            78,
            right=True,
        ),
        Column("tokens", tr("Tokens"), _tokens, _token_sum, "tokens_out", 78, right=True),
        Column(
            "cost",
            tr("Cost"),
            lambda row: figures.cost(row.cost),
            lambda row: row.cost,
            "cost",
            78,
            right=True,
        ),
        _plain("started_at", QT_TRANSLATE_NOOP("TraceColumns", "Started"), 140, muted=True),
        Column(
            "imported",
            tr("Imported"),
            _imported,
            lambda row: row.imported,
            "imported",
            150,
            muted=True,
        ),
        *(_annotation(name) for name in annotations),
        _plain("error", QT_TRANSLATE_NOOP("TraceColumns", "Error"), 160),
        Column(
            "preview",
            tr("Last words"),
            lambda row: " ".join(row.preview.split()),
            lambda row: row.preview,
            width=260,
            muted=True,
        ),
        Column("id", tr("Id"), lambda row: row.id[:12], lambda row: row.id, width=110),
    ]


def _plain(key: str, title: object, width: int, *, muted: bool = False) -> Column:
    def value(row: TraceRow) -> str:
        return str(getattr(row, key))

    return Column(
        key,
        tr(str(title)),
        lambda row: " ".join(value(row).split()),
        value,
        "" if key == "error" else key,
        width,
        muted=muted,
    )


def _metric(name: str) -> Column:
    def chips(row: TraceRow) -> Chips:
        value = row.scores.get(name)
        if value not in (0, 1) or name not in ("pass", "correct"):
            return ()
        return ((tr("pass"), "ok") if value else (tr("fail"), "bad"),)

    return Column(
        f"score.{name}",
        name,
        lambda row: figures.figure(row.scores.get(name)) if name in row.scores else "",
        lambda row: row.scores.get(name),
        f"score.{name}",
        max(64, 9 * min(len(name), 16)),
        right=True,
        chips=chips,
    )


def _annotation(name: str) -> Column:
    def text(row: TraceRow) -> str:
        given = row.said.get(name)
        if given is None:
            return ""
        # A comment alone is neither number nor word.
        return (
            ", ".join(figures.figure(one) if isinstance(one, float) else one for one in given)
            or "✎"
        )

    return Column(
        f"annotation.{name}",
        tr("{name} (annotated)").format(name=name),
        text,
        text,
        f"annotation.{name}",
        max(80, 9 * min(len(name), 16)),
    )


def _likeness(likeness: Callable[[int], float | None]) -> Column:
    def text(row: TraceRow) -> str:
        found = likeness(row.pk)
        return "" if found is None else f"{found:.0%}"

    return Column(
        LIKENESS,
        tr("Likeness"),
        text,
        lambda row: likeness(row.pk),
        RELEVANCE,
        76,
        right=True,
    )


def _imported(row: TraceRow) -> str:
    """The day, and how long ago that is."""
    try:
        when = datetime.fromisoformat(row.imported)
    except ValueError:
        return row.imported
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    days = max(0, (datetime.now(UTC) - when).days)
    day = when.astimezone().strftime("%Y-%m-%d")
    if not days:
        return tr("{day} · today").format(day=day)
    return tr("{day} · {count} d").format(day=day, count=days)


def _slices(row: TraceRow) -> str:
    return ", ".join(f"{name}: {value}" for name, value in row.slices.items())


def _token_sum(row: TraceRow) -> int | None:
    known = [number for number in (row.tokens_in, row.tokens_out) if number is not None]
    return sum(known) if known else None


def _tokens(row: TraceRow) -> str:
    total = _token_sum(row)
    return "" if total is None else figures.count(total)
