"""``diff``."""

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from evaldesk.cli.command import Command, Context, Outcome, add_project, opened
from evaldesk.cli.wording import number
from evaldesk.domain.errors import UsageError
from evaldesk.domain.trace import Trace

if TYPE_CHECKING:
    from evaldesk.services.alignment import Alignment, Row
    from evaldesk.services.alignment.arguments import Compared
    from evaldesk.services.alignment.summary import Summary
    from evaldesk.services.reading.steps import Step

_SIDES = "abcd"
_LINE = 100


def _diff_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "traces",
        metavar="TRACE",
        nargs="+",
        help="two to four: an id, the beginning of one, or run/scenario[/trial]",
    )
    parser.add_argument(
        "--ignore-formatting",
        action="store_true",
        help="white space, Markdown marks and capitals of texts are no difference",
    )
    parser.add_argument(
        "--only-differing", action="store_true", help="leave out the rows that are equal"
    )


def _diff(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.alignment import ALL_FORMATTING, NO_FORMATTING, align
    from evaldesk.services.alignment.summary import summarise
    from evaldesk.services.reading.steps import steps_of

    if not 2 <= len(args.traces) <= len(_SIDES):
        raise UsageError("Two to four traces are put side by side.", "Name that many.")
    with opened(args) as project:
        traces = [project.traces.read(project.traces.find(name)) for name in args.traces]
    if len({trace.scenario_id for trace in traces}) > 1:
        context.tell("The traces are not of one scenario.")
    steps = [steps_of(trace) for trace in traces]
    alignment = align(*steps, ignored=ALL_FORMATTING if args.ignore_formatting else NO_FORMATTING)
    summary = summarise(alignment, steps)
    rows = [
        _row(index, row, steps)
        for index, row in enumerate(alignment.rows)
        if not (args.only_differing and row.relation == "equal")
    ]
    data = {
        "same_scenario": len({trace.scenario_id for trace in traces}) == 1,
        "traces": [
            {
                "side": side,
                "id": trace.row.id,
                "run": trace.row.run,
                "system": trace.row.system,
                "scenario": trace.row.scenario,
                "trial": trace.row.trial,
                "steps": [
                    {
                        "number": step.number,
                        "kind": step.kind,
                        "name": step.name or None,
                        "message": step.message if step.message >= 0 else None,
                    }
                    for step in its
                ],
            }
            for side, trace, its in zip(_SIDES, traces, steps, strict=False)
        ],
        "equal": summary.equal,
        "differ": summary.differ,
        "only": dict(zip(_SIDES, summary.only, strict=False)),
        "in_some": summary.some,
        "moved": summary.moved,
        "setup_differs": summary.setup_differs,
        "first_divergence": alignment.first_divergence,
        "rows": rows,
        "documents": _documents(traces),
    }
    return Outcome(data, _as_text(traces, steps, alignment, summary, args.only_differing))


def _row(index: int, row: "Row", steps: "Sequence[Sequence[Step]]") -> dict[str, Any]:
    from evaldesk.services.alignment.arguments import compare

    there = {side: steps[side][place] for side, place in enumerate(row.steps) if place is not None}
    first = next(iter(there.values()))
    groups: dict[int, list[str]] = {}
    for side in there:
        groups.setdefault(row.groups[side], []).append(_SIDES[side])
    found: dict[str, Any] = {
        "row": index,
        **dict(zip(_SIDES, row.steps, strict=False)),
        "relation": row.relation,
        "groups": list(groups.values()),
        "moved": row.moved if row.moved >= 0 else None,
        "kind": first.kind,
        "name": first.name or None,
    }
    if first.kind == "tool":
        sides = [_SIDES[side] for side in there]
        asked = compare([step.arguments for step in there.values()])
        came = compare([step.result for step in there.values()])
        found["arguments"] = _differences(asked, sides)
        found["result"] = _differences(came, sides)
    return found


def _differences(compared: "Compared", sides: Sequence[str]) -> list[dict[str, Any]]:
    from evaldesk.services.alignment.arguments import MISSING

    return [
        {
            "path": list(difference.path),
            "kind": difference.kind,
            "values": {
                side: value
                for side, value in zip(sides, difference.values, strict=True)
                if value is not MISSING
            },
        }
        for difference in compared.differences
    ]


def _documents(traces: Sequence[Trace]) -> list[dict[str, Any]]:
    from evaldesk.services.alignment.documents import compare

    return [
        {
            "queries": dict(zip(_SIDES, retrieved.queries, strict=False)),
            "in_all": retrieved.in_all,
            "documents": [
                {
                    "key": found.key,
                    "name": found.name,
                    "ranks": dict(zip(_SIDES, found.ranks, strict=False)),
                    "scores": dict(zip(_SIDES, found.scores, strict=False)),
                    "same_text": found.same_text,
                }
                for found in retrieved.documents
            ],
        }
        for retrieved in compare([trace.body.get("documents") or () for trace in traces])
    ]


# for people


def _as_text(
    traces: Sequence[Trace],
    steps: "Sequence[Sequence[Step]]",
    alignment: "Alignment",
    summary: "Summary",
    only_differing: bool,
) -> str:
    lines = []
    for side, trace in zip(_SIDES, traces, strict=False):
        its = trace.row
        scores = " ".join(f"{name}={number(value)}" for name, value in its.scores.items())
        place = f"{its.run} / {its.scenario} / trial {its.trial}"
        lines.append(f"{side.upper()}  {place}   {its.system}   {scores}".rstrip())
    lines += ["", _counted(summary), *_parted(summary), ""]
    hidden = 0
    for index, row in enumerate(alignment.rows):
        if only_differing and row.relation == "equal":
            hidden += 1
            continue
        if hidden:
            lines.append(f"      … {hidden} equal")
            hidden = 0
        lines.extend(_row_lines(row, steps, first=index == alignment.first_divergence))
    if hidden:
        lines.append(f"      … {hidden} equal")
    return "\n".join(lines)


def _counted(summary: "Summary") -> str:
    parts = [f"{summary.equal} equal", f"{summary.differ} differ"]
    parts += [
        f"{count} only in {side.upper()}"
        for side, count in zip(_SIDES, summary.only, strict=False)
        if count
    ]
    if summary.some:
        parts.append(f"{summary.some} in some")
    if summary.moved:
        parts.append(f"{summary.moved} of these in another order")
    if summary.setup_differs:
        parts.append("system prompt or tools differ")
    return ", ".join(parts)


def _parted(summary: "Summary") -> list[str]:
    divergence = summary.divergence
    if divergence is None:
        return []
    does = ", ".join(
        f"{side.upper()} {_does(step)}"
        for side, step in zip(_SIDES, divergence.steps, strict=False)
    )
    return [f"first divergence at step {divergence.number}: {does}"]


def _does(step: "Step | None") -> str:
    if step is None:
        return "has ended"
    if step.kind == "tool":
        return f"calls {step.name}"
    return {"user": "hears the user", "assistant": "answers"}.get(step.kind, f"has a {step.kind}")


def _row_lines(row: "Row", steps: "Sequence[Sequence[Step]]", *, first: bool) -> list[str]:
    from evaldesk.services.reading.steps import one_line

    there = {side: steps[side][place] for side, place in enumerate(row.steps) if place is not None}
    sign = {"equal": "=", "differs": "≠", "only": "+"}[row.relation]
    places = " ".join(
        f"{there[side].number:>4}" if side in there else "   ·" for side in range(len(steps))
    )
    step = next(iter(there.values()))
    head = f"tool {step.name}" if step.kind == "tool" else step.kind
    tail = "   ← first divergence" if first else ""
    if row.moved >= 0:
        tail += "   (elsewhere in the others)"
    lines = [f"{places}  {sign} {head}{tail}"]
    indent = " " * (5 * len(steps) + 3)
    if row.relation == "equal":
        said = step.arguments if step.kind == "tool" else step.text
        lines[0] += f"  {one_line(said, _LINE)}" if said else ""
    elif step.kind == "tool" and len(there) > 1:
        lines += [indent + line for line in _call_lines(there)]
    else:
        lines += [
            f"{indent}{_SIDES[side].upper()} "
            + one_line(one.arguments if one.kind == "tool" else one.text, _LINE)
            for side, one in there.items()
        ]
    return lines


def _call_lines(there: "dict[int, Step]") -> list[str]:
    from evaldesk.services.alignment.arguments import MISSING, compare
    from evaldesk.services.reading.steps import one_line

    lines = []
    for label, values in (
        ("", [step.arguments for step in there.values()]),
        ("→ ", [step.result for step in there.values()]),
    ):
        for found in compare(values).differences[:20]:
            said = " | ".join(
                f"{_SIDES[side].upper()} {'–' if value is MISSING else one_line(value, 60)}"
                for side, value in zip(there, found.values, strict=True)
            )
            lines.append(f"{label}{found.name}: {said}" if found.path else f"{label}{said}")
    return lines


COMMANDS = (
    Command(
        "diff",
        "Two to four traces of a scenario, step beside step.",
        "evaldesk diff support.evaldesk baseline/RET-0421 candidate/RET-0421",
        _diff_arguments,
        _diff,
    ),
)
