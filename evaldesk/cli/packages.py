"""``package …``: assignments out to their raters, and what they did back in."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaldesk.cli.command import Command, Context, Outcome, add_project, author_of, opened
from evaldesk.cli.identities import add_identity, addressed, identity_of, opened_by
from evaldesk.domain.wording import counted

if TYPE_CHECKING:
    from evaldesk.domain.exchange import Conflict
    from evaldesk.services.packages.files import Written
    from evaldesk.services.packages.merging import FileReport, MergeReport


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--round", required=True, metavar="NAME")
    parser.add_argument("--rater", required=True, metavar="NAME", help="whose assignment")
    parser.add_argument("--to", metavar="NAME", default="", help="whom it is sealed to (the rater)")
    parser.add_argument("--out", required=True, metavar="FILE", type=Path, help="the package")
    parser.add_argument("--dry-run", action="store_true", help="only say what it would hold")
    parser.add_argument(
        "--redact", metavar="PROFILE", default="", help="lay this profile over the traces"
    )
    add_identity(parser)


def _export(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.packages.sending import plan_sending, send
    from evaldesk.services.projects.identities import find_trusted

    with opened(args) as project:
        reader = find_trusted(project, args.to or args.rater)
        plan = plan_sending(project, args.round, args.rater, reader, args.redact, author_of(args))
        told = {
            "items": plan.items,
            "to": plan.reader,
            "words": plan.words,
            "round": plan.round,
            "rater": plan.rater,
            "rubric": plan.rubric,
            "version": plan.version,
            "redaction": plan.profile,
            "leaks": plan.leaks or None,
            "rules_left_out": list(plan.left_out),
            "mentions": [asdict(one) for one in plan.mentions],
        }
        if args.dry_run:
            return Outcome(told, _sending_text(told, "Would seal"))
        identity = identity_of(args)
        project.signer = identity
        made = send(project, args.round, args.rater, reader, args.out, identity, args.redact)
    return Outcome(_written(made) | told, _sending_text(told, f"Wrote {made.path}:"))


def _written(made: "Written") -> dict[str, Any]:
    return {"path": made.path, "items": made.items, "sha256": made.sha256, "to": made.to}


def _sending_text(told: dict[str, Any], head: str) -> str:
    lines = [
        f"{head} {counted(told['items'], '%1 item', '%1 items')} of “{told['round']}” for "
        f"{told['rater']}, to {told['to']} ({told['words']}).",
        f"Redaction: {told['redaction']}.",
    ]
    if told["leaks"]:
        lines.append(told["leaks"])
    if told["rules_left_out"]:
        lines.append(f"Not in it: {', '.join(told['rules_left_out'])}.")
    if told["mentions"]:
        count = counted(len(told["mentions"]), "%1 trace says", "%1 traces say")
        lines.append(f"{count} in its own text which system it was:")
        lines += [f"  {one['title']}: {', '.join(one['names'])}" for one in told["mentions"][:20]]
    return "\n".join(lines)


def _open_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", type=Path, help="the package")
    parser.add_argument("project", metavar="PROJECT", type=Path, help="to be made of it")
    parser.add_argument(
        "--from", dest="sender", default="", metavar="FINGERPRINT", help="that it must come from"
    )
    parser.add_argument(
        "--plain", action="store_true", help="do not encrypt the project (it is otherwise)"
    )
    add_identity(parser)


def _open(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.packages.working import open_package

    identity = addressed(args, args.file, reader=True)
    offer = open_package(
        args.file, args.project, identity, encrypted=not args.plain, sender=args.sender
    )
    data = asdict(offer) | {"path": str(args.project), "encrypted": not args.plain}
    text = (
        f"Made {args.project}: {counted(offer.items, '%1 item', '%1 items')} of “{offer.round}” to "
        f"rate by {offer.rubric} version {offer.version}, as {offer.rater}.\n"
        f"It comes from {offer.sender}: {offer.words}. Compare the words with them."
    )
    return Outcome(data, text)


def _return_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--out", required=True, metavar="FILE", type=Path, help="the package")
    add_identity(parser)


def _return(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.packages.working import give_back, plan_return

    with opened(args) as project:
        identity = opened_by(args, project)
        project.signer = identity
        plan = plan_return(project)
        made = give_back(project, args.out, identity)
    data = {
        "path": made.path,
        "ratings": made.items,
        "sha256": made.sha256,
        "to": made.to,
        "rows": dict(plan.counts),
        "submitted": plan.submitted,
        "items": plan.items,
    }
    text = (
        f"Wrote {made.path}: {counted(made.items, '%1 answer', '%1 answers')} to {made.to}, "
        f"{plan.submitted} of {plan.items} items handed in."
    )
    return Outcome(data, text)


def _merge_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help="what came back")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what comes from whom; write nothing"
    )
    parser.add_argument(
        "--newer", action="store_true", help="settle what differs: the later answer stands"
    )
    add_identity(parser)


def _merge(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.packages.merging import merge

    with opened(args) as project:
        identity = addressed(args, args.files[0])
        project.signer = identity
        report = merge(
            project,
            args.files,
            identity,
            author_of(args),
            dry_run=args.dry_run,
            newer=args.newer,
        )
    return Outcome(_report_json(report), _report_text(report), report.exit_code)


def _report_json(report: "MergeReport") -> dict[str, Any]:
    return {
        "added": report.added,
        "already_there": report.already_there,
        "conflicts": [_conflict_json(one) for one in report.conflicts],
        "rejected": [
            {"file": one.path, "reason": one.rejected, "hint": one.hint or None}
            for one in report.files
            if one.rejected
        ],
        "verified": report.verified,
        "dry_run": report.dry_run,
        "files": [
            {
                "file": one.path,
                "from": one.sender or None,
                "words": one.words or None,
                "fingerprint": one.fingerprint or None,
                "role": one.role or None,
                "round": one.round or None,
                "created_at": one.created_at or None,
                "comes": dict(one.comes),
                "added": dict(one.added),
                "already_there": dict(one.already_there),
                "events": one.events,
                "conflicts": len(one.conflicts),
                "rejected": one.rejected or None,
            }
            for one in report.files
        ],
    }


def _conflict_json(one: "Conflict") -> dict[str, Any]:
    return {
        "kind": one.table,
        "who": one.who,
        "trace": one.trace,
        "field": one.field,
        "round": one.round or None,
        "stands": one.stands,
        "at": one.at,
        "decided": one.decided,
        "others": [{"value": value, "at": at} for value, at in one.others],
    }


def _report_text(report: "MergeReport") -> str:
    lines = [_file_text(one, report.dry_run) for one in report.files]
    if report.conflicts:
        count = len(report.conflicts)
        lines.append(
            counted(count, "%1 question was", "%1 questions were")
            + " answered twice, and differently; the later answer stands"
            + (":" if report.exit_code != 1 else " until somebody decides:")
        )
        lines += [
            f"  {one.who}, {one.field} of {one.trace[:12]}: {one.stands!r} ({one.at}), "
            + ", ".join(f"{value!r} ({at})" for value, at in one.others)
            for one in report.conflicts[:20]
        ]
    return "\n".join(lines)


def _file_text(one: "FileReport", dry: bool) -> str:
    if one.rejected:
        return f"{one.path}: refused. {one.rejected} {one.hint}".strip()
    added = ", ".join(f"{count:,} {table}" for table, count in one.added.items()) or "nothing new"
    there = sum(one.already_there.values())
    would = "would bring" if dry else "brought"
    return f"{one.path}: from {one.sender} ({one.words}), {would} {added}; {there:,} here already."


COMMANDS = (
    Command(
        "package export",
        "Seal the assignment of one rater in one round, for them alone.",
        "evaldesk package export support.evaldesk --round pilot --rater Ines --to Ines "
        "--out ines.evalpack",
        _export_arguments,
        _export,
    ),
    Command(
        "package open",
        "Make a project of a package that was sent to you.",
        "evaldesk package open ines.evalpack pilot.evaldesk",
        _open_arguments,
        _open,
    ),
    Command(
        "package return",
        "Seal everything that you did so far, for whoever sent the package.",
        "evaldesk package return pilot.evaldesk --out ines-back.evalpack",
        _return_arguments,
        _return,
    ),
    Command(
        "package merge",
        "Take in what came back: each row once, in any order.",
        "evaldesk package merge support.evaldesk ines-back.evalpack --dry-run",
        _merge_arguments,
        _merge,
    ),
)
