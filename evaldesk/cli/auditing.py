"""``audit``: the log of a project, and handing it to an auditor."""

import argparse
from pathlib import Path

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


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", choices=("export",), help="export: the whole log, for an auditor"
    )
    add_project(parser)
    parser.add_argument("--since", default="", metavar="T", help="from this time on (ISO 8601)")
    parser.add_argument("--until", default="", metavar="T", help="up to this time or day")
    parser.add_argument(
        "--kind", default="", metavar="KIND", help="such as rating, or round.revealed"
    )
    parser.add_argument("--text", default="", metavar="TEXT", help="somewhere in the entry")
    parser.add_argument("--limit", type=natural, default=50, metavar="N", help="entries (50)")
    parser.add_argument("--out", metavar="FILE", type=Path, help="of an export (JSON Lines)")
    add_author(parser)


def _audit(args: argparse.Namespace, context: Context) -> Outcome:
    return _export(args, context) if args.what == "export" else _list(args)


def _list(args: argparse.Namespace) -> Outcome:
    from evaldesk.domain.audit import EventFilter
    from evaldesk.services.projects.audit_log import entry

    wanted = EventFilter(args.kind, args.author, args.since, args.until, args.text)
    with opened(args) as project:
        numbers = project.audit.numbers(wanted)
        found = project.audit.some(numbers[: args.limit])
        chain, number, digest = project.audit.head()
    events = [entry(one) for one in found]
    data = {
        "total": len(numbers),
        "head": {"chain": chain, "number": number, "hash": digest},
        "events": events,
    }
    lines = [f"{said['at'][:19].replace('T', ' ')}  {said['said']}" for said in events]
    shown = f"{len(found):,} of {len(numbers):,} entries, newest first"
    return Outcome(data, "\n".join([*lines, "", shown, f"head: {number} {digest}"]))


def _export(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.domain.errors import UsageError
    from evaldesk.services.projects.audit_log import export_log

    if args.out is None:
        raise UsageError("An export needs a file.", "Name one with --out.")
    with opened(args) as project:
        made = export_log(
            project,
            args.out,
            author_of(args),
            lambda done, total: context.tell(f"{done:,} of {total:,} entries"),
        )
    number, digest = made.head
    data = {
        "path": str(made.path),
        "entries": made.entries,
        "head": {"number": number, "hash": digest},
    }
    text = f"Wrote {made.entries:,} entries to {made.path}; note the head: {number} {digest}."
    return Outcome(data, text)


COMMANDS = (
    Command(
        "audit",
        "The log: who did what, newest first; or the whole of it for an auditor.",
        "evaldesk audit export support.evaldesk --out log.jsonl",
        _arguments,
        _audit,
    ),
)
