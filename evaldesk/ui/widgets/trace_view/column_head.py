"""The figures above a column, with what differs from the first; no widgets here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaldesk.domain.trace import Trace
from evaldesk.services.reading.steps import Step
from evaldesk.ui.widgets.trace_view import figures
from evaldesk.ui.widgets.trace_view.comparing import SIDES
from evaldesk.ui.widgets.trace_view.figures import tr

MINUS = "−"


@dataclass(frozen=True, slots=True)
class ColumnHead:
    """What stands above a column.

    Attributes:
        title: ``B · gpt-4o``. chips: (text, kind).
    """

    title: str
    chips: tuple[tuple[str, str], ...]


def column_heads(
    traces: Sequence[Trace],
    steps: Sequence[Sequence[Step]],
    aliases: Sequence[str] = (),
    *,
    hide_systems: bool = False,
    hide_scores: bool = False,
) -> list[ColumnHead]:
    """The heads of columns.

    Args:
        aliases: said instead of the systems' names.
        hide_systems: leave out system, run, trial, tokens and cost.
        hide_scores: leave out the scores.
    """
    several_runs = len({trace.row.run for trace in traces}) > 1
    several_scenarios = len({trace.scenario_id for trace in traces}) > 1
    several_trials = len({trace.row.trial for trace in traces}) > 1
    heads = []
    for side, trace in enumerate(traces):
        row = trace.row
        alias = aliases[side] if side < len(aliases) else ""
        name = alias or ("" if hide_systems else row.system or row.run)
        chips: list[tuple[str, str]] = []
        if several_scenarios:
            chips.append((trace.scenario.key, "warn"))
        if not (alias or hide_systems):
            if several_runs and row.run != name:
                chips.append((row.run, "neutral"))
            if several_trials or row.trial:
                chips.append((tr("trial {number}").format(number=row.trial + 1), "neutral"))
        if row.status in ("error", "incomplete"):
            chips.append((row.status, "bad" if row.status == "error" else "warn"))
        measures = _measures(trace, steps[side], traces[0], steps[0], counted=not hide_systems)
        chips.extend((measure, "neutral") for measure in measures)
        if row.cost is not None and not hide_systems:
            cost = figures.cost(row.cost)
            chips.append((cost + _gap(row.cost, traces[0].row.cost, figures.cost), "neutral"))
        if not hide_scores:
            chips.extend(_scores(trace, traces[0]))
        title = " · ".join(part for part in (SIDES[side], name) if part)
        heads.append(ColumnHead(title, tuple(chips)))
    return heads


def _measures(
    trace: Trace, steps: Sequence[Step], first: Trace, its: Sequence[Step], *, counted: bool
) -> list[str]:
    """What a trace took.

    Args:
        counted: whether tokens are told. Where systems are hidden they are not: one system's logs
            have them and another's do not, which tells the two apart in every pair.
    """

    def number(of: Sequence[Step]) -> int:
        return sum(step.kind != "setup" for step in of)

    here = number(steps)
    said = tr("1 step") if here == 1 else tr("{count} steps").format(count=figures.count(here))
    parts = [said + _gap(here, number(its), lambda value: figures.count(round(value)))]
    latency = trace.row.latency_ms
    if latency is not None:
        gap = _gap(latency, first.row.latency_ms, figures.duration)
        parts.append(figures.duration(latency) + gap)
    tokens, theirs = _tokens(trace), _tokens(first)
    if tokens is not None and counted:
        gap = _gap(tokens, theirs, lambda value: figures.count(round(value)))
        parts.append(tr("{count} tokens").format(count=figures.count(tokens)) + gap)
    return parts


def _tokens(trace: Trace) -> int | None:
    known = [n for n in (trace.row.tokens_in, trace.row.tokens_out) if n is not None]
    return sum(known) if known else None


def _gap(here: float, there: float | None, said: Callable[[float], str]) -> str:
    """`` (+2)``; empty where there is none, as for the first column."""
    if there is None or here == there:
        return ""
    return f" ({'+' if here > there else MINUS}{said(abs(here - there))})"


def _scores(trace: Trace, first: Trace) -> list[tuple[str, str]]:
    chips = []
    for metric, score in trace.scores.items():
        value = figures.figure(score.value) if score.value is not None else score.label or "—"
        kind = "neutral"
        if metric in ("pass", "reward", "correct", "accuracy") and score.value is not None:
            # Green and red only where 0 and 1 mean fail and pass.
            kind = "ok" if score.value >= 1 else "bad" if score.value <= 0 else "warn"
        its = first.scores.get(metric)
        gap = ""
        if score.value is not None and its is not None:
            gap = _gap(score.value, its.value, figures.figure)
        chips.append((f"{metric} {value}{gap}", kind))
    return chips
