"""``traces``, ``facets``, ``similar`` and ``show``."""

import argparse
import base64
import binascii
import json
from dataclasses import replace
from typing import Any

from evaldesk.cli.command import (
    Command,
    Context,
    Outcome,
    add_author,
    add_project,
    author_of,
    natural,
    opened,
)
from evaldesk.cli.wording import number, table
from evaldesk.domain.errors import UsageError
from evaldesk.domain.query import TraceQuery
from evaldesk.domain.trace import Trace


def _narrowing(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--query", default="", metavar="TEXT", help="full-text search")
    parser.add_argument(
        "--where", default="", metavar="EXPR", help="filter, such as 'latency_ms > 2000'"
    )
    parser.add_argument("--run", default="", metavar="NAME", help="only this run")
    parser.add_argument("--similar", default="", metavar="TRACE", help="only traces like this one")
    add_author(parser)


def _traces_arguments(parser: argparse.ArgumentParser) -> None:
    _narrowing(parser)
    parser.add_argument(
        "--sort",
        default="",
        metavar="KEY",
        help="such as latency_ms, -cost, score.pass, relevance (imported)",
    )
    parser.add_argument(
        "--view", default="", metavar="ADDRESS", help="address of a view, instead of the above"
    )
    parser.add_argument("--limit", type=natural, default=50, metavar="N", help="rows (50)")
    parser.add_argument("--after", default="", metavar="CURSOR", help="`next` of the page before")


def _query(args: argparse.Namespace, sort: str = "imported") -> TraceQuery:
    from evaldesk.services.finding.query import parse

    # A query on the command line is typed out: its last word is not a beginning.
    text = f"{args.query} " if args.query.strip() else ""
    where = parse(args.where)
    return TraceQuery(text, where, args.run, sort, similar=args.similar, me=author_of(args))


def _traces(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.finding import view_address

    if args.view:
        if args.query or args.where or args.run or args.similar or args.sort:
            raise UsageError(
                "A view says itself what it lists.", "Leave out the other options, or --view."
            )
        view = view_address.read(args.view)
        query = view.query(me=author_of(args))
        if query.text:
            query = replace(query, text=f"{query.text.rstrip()} ")
    else:
        query = _query(args, args.sort or "imported")
    text = query.text
    after = _cursor(args.after) if args.after else None
    with opened(args) as project:
        total = project.traces.count(query)
        rows, following = project.traces.page(query, max(1, args.limit), after)
        if args.limit == 0:
            rows, following = [], None
        snippets = project.traces.snippets([row.pk for row in rows], text) if text else {}
    data = {
        "total": total,
        "address": view_address.write(view_address.View.of(replace(query, text=text.strip()))),
        "next": None if following is None else _as_cursor(following),
        "traces": [
            {
                "id": row.id,
                "scenario": row.scenario,
                "title": row.title,
                "run": row.run,
                "system": row.system,
                "model": row.model or None,
                "prompt_version": row.prompt_version or None,
                "trial": row.trial,
                "status": row.status,
                "error": row.error or None,
                "tier": row.tier or None,
                "slices": dict(row.slices),
                "latency_ms": row.latency_ms,
                "tokens_in": row.tokens_in,
                "tokens_out": row.tokens_out,
                "cost": row.cost,
                "scores": dict(row.scores),
                "snippet": snippets.get(row.pk) or row.preview,
            }
            for row in rows
        ],
    }
    shown = [
        (
            row.id[:10],
            row.run,
            row.scenario,
            row.trial,
            row.status,
            " ".join(f"{name}={number(value)}" for name, value in row.scores.items()),
            (snippets.get(row.pk) or row.title)[:60],
        )
        for row in rows
    ]
    head = ("id", "run", "scenario", "trial", "status", "scores", "")
    text_out = f"{total:,} traces\n\n{table(head, shown)}"
    if following is not None:
        text_out += f"\n\nmore: --after {_as_cursor(following)}"
    return Outcome(data, text_out)


def _as_cursor(key: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(key).encode()).decode().rstrip("=")


def _cursor(text: str) -> list[Any]:
    try:
        padded = text + "=" * (-len(text) % 4)
        key = json.loads(base64.urlsafe_b64decode(padded.encode()))
    except (binascii.Error, ValueError):
        key = None
    if not isinstance(key, list) or len(key) != 2:
        raise UsageError("The cursor is not one that this command gave.", "Use `next` as it is.")
    return key


def _facets(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.finding import facets as finding
    from evaldesk.services.finding.query import write

    query = _query(args)
    with opened(args) as project:
        total = project.traces.count(query)
        found = finding.facets(project, query)
    data = {
        "total": total,
        "facets": [
            {
                "name": facet.name,
                "lines": [
                    {"value": line.text, "count": line.count, "where": write(line.where)}
                    for line in facet.lines
                ],
            }
            for facet in found
        ],
    }
    parts = [f"{total:,} traces"]
    for facet in found:
        shown = [(f"{line.count:,}", line.text, write(line.where)) for line in facet.lines]
        parts.append(table((facet.name, "", ""), shown))
    return Outcome(data, "\n\n".join(parts))


def _similar_arguments(parser: argparse.ArgumentParser) -> None:
    _show_arguments(parser)
    parser.add_argument("--limit", type=natural, default=20, metavar="N", help="rows (20)")


def _similar(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        pk = project.traces.find(args.trace)
        (asked,) = project.traces.rows([pk])
        found = project.traces.similar(asked.id, args.limit)
        rows = project.traces.rows([other for other, _ in found])
    likeness = dict(found)
    data = {
        "trace": asked.id,
        "similar": [
            {
                "id": row.id,
                "run": row.run,
                "scenario": row.scenario,
                "trial": row.trial,
                "title": row.title,
                "likeness": round(likeness[row.pk], 4),
            }
            for row in rows
        ],
    }
    shown = [
        (f"{likeness[row.pk]:.2f}", row.id[:10], row.run, row.scenario, row.title[:60])
        for row in rows
    ]
    return Outcome(data, table(("likeness", "id", "run", "scenario", ""), shown))


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "trace", metavar="TRACE", help="an id, the beginning of one, or run/scenario[/trial]"
    )


def _show(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        trace = project.traces.read(project.traces.find(args.trace))
    return Outcome(trace.to_json(), _as_text(trace))


def _as_text(trace: Trace) -> str:
    row = trace.row
    lines = [
        f"{row.run} / {row.scenario} / trial {row.trial}   {row.status}   {row.system}",
        f"{row.id}",
        " ".join(f"{name}={number(score.value)}" for name, score in trace.scores.items()),
        "",
    ]
    if row.error:
        lines.append(f"error: {row.error}")
    for position, message in enumerate(trace.body.get("messages", ()), start=1):
        lines.append(f"── {position} {message['role']} " + "─" * 40)
        for part in message["parts"]:
            kind = part["type"]
            if kind == "tool_call":
                arguments = json.dumps(part.get("arguments"), ensure_ascii=False)
                lines.append(f"→ {part.get('name')}({arguments})")
            elif kind == "tool_call_response":
                response = part.get("response")
                lines.append(
                    "← "
                    + (
                        response
                        if isinstance(response, str)
                        else json.dumps(response, ensure_ascii=False)
                    )
                )
            elif kind == "blob":
                lines.append(f"[{part.get('mime_type', 'data')}]")
            else:
                prefix = "(reasoning) " if kind == "reasoning" else ""
                lines.append(prefix + str(part.get("content") or part.get("uri") or ""))
        lines.append("")
    return "\n".join(lines)


COMMANDS = (
    Command(
        "traces",
        "List, filter and search traces.",
        "evaldesk traces support.evaldesk --query refund --where 'score.pass = 0'",
        _traces_arguments,
        _traces,
    ),
    Command(
        "facets",
        "What traces can be narrowed by, with counts.",
        "evaldesk facets support.evaldesk --where 'has_error'",
        _narrowing,
        _facets,
    ),
    Command(
        "similar",
        "Traces whose text is like that of one.",
        "evaldesk similar support.evaldesk baseline/RET-0421",
        _similar_arguments,
        _similar,
    ),
    Command(
        "show",
        "One trace, whole.",
        "evaldesk show support.evaldesk baseline/RET-0421",
        _show_arguments,
        _show,
    ),
)
