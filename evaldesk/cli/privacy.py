"""``redact`` and ``retention``."""

import argparse

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
from evaldesk.domain.errors import UsageError
from evaldesk.domain.privacy import KINDS


def _redact_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "--profile", required=True, metavar="NAME", help="strict, balanced, ids-only or your own"
    )
    parser.add_argument(
        "--dry-run", action="store_true", help="only say what is found; the policy stays as it is"
    )
    add_author(parser)


def _redact(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.privacy import redaction
    from evaldesk.services.privacy.leaving import set_policy

    with opened(args) as project:
        chosen = redaction.profile(project, args.profile)

        def progress(done: int, total: int) -> None:
            context.tell(f"{done:,} of {total:,} traces looked through")

        scanned = redaction.scan(project, progress=progress)
        taken = sum(one.count for one in scanned.found if chosen.action(one.kind) != "keep")
        if not args.dry_run:
            set_policy(project, f"redact:{chosen.name}", author_of(args))
    found = [one.to_json() for one in scanned.found]
    lines = [f"{one.count:>9,}  {KINDS.get(one.kind, one.kind)}" for one in scanned.found]
    if args.dry_run:
        lines.append(f"“{chosen.name}” would take out {taken:,}. Nothing was changed.")
    else:
        lines.append(
            f"“{chosen.name}” takes out {taken:,} of whatever leaves this project from now on. "
            "The project itself keeps the originals."
        )
    return Outcome(
        {
            "found": found,
            "redacted": 0 if args.dry_run else taken,
            "would_redact": taken,
            "profile": chosen.name,
            "scanned": scanned.scanned,
        },
        "\n".join(lines),
    )


def _due(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.privacy import retention

    with opened(args) as project:
        found = retention.due(project)
        deleted = len(project.privacy.buried())
    lines = [
        f"{one.rule.name}: {len(one.pks):,} traces are due (after {one.rule.days} days)"
        for one in found
    ]
    lines.append(f"{deleted:,} traces were deleted before.")
    entries = [
        {
            "rule": one.rule.name,
            "days": one.rule.days,
            "where": one.rule.where or None,
            "origin": one.rule.origin or None,
            "due": len(one.pks),
            "oldest": one.oldest or None,
        }
        for one in found
    ]
    return Outcome({"rules": entries, "deleted": deleted}, "\n".join(lines))


def _set_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("name", metavar="RULE", help="name of the rule")
    parser.add_argument("--days", type=natural, metavar="N", help="so long after their import")
    parser.add_argument("--where", default="", metavar="EXPR", help="only these traces")
    parser.add_argument("--origin", default="", metavar="ORIGIN", help="only of this origin")
    parser.add_argument("--reason", default="", metavar="TEXT", help="stands on the tombstones")
    parser.add_argument("--remove", action="store_true", help="take the rule away")
    add_author(parser)


def _set(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.privacy import retention

    if not args.remove and args.days is None:
        raise UsageError("A rule needs --days N and --reason TEXT.")
    with opened(args) as project:
        if args.remove:
            retention.remove_rule(project, args.name, author_of(args))
        else:
            rule = retention.RetentionRule(
                args.name, args.days, args.where, args.origin, args.reason
            )
            retention.save_rule(project, rule, author_of(args))
    return Outcome({"rule": args.name, "removed": args.remove}, f"{args.name}: done.")


def _apply_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_author(parser)


def _apply(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.privacy import retention

    with opened(args) as project:
        deleted = retention.apply(project, author_of(args))
    return Outcome({"deleted": deleted}, f"The text of {deleted:,} traces was deleted for good.")


COMMANDS = (
    Command(
        "redact",
        "Find personal data, and take it out of whatever leaves the project.",
        "evaldesk redact support.evaldesk --profile balanced --dry-run",
        _redact_arguments,
        _redact,
    ),
    Command(
        "retention set",
        "Say how long the text of traces is kept.",
        'evaldesk retention set support.evaldesk old --days 90 --origin support --reason "rule 7"',
        _set_arguments,
        _set,
    ),
    Command(
        "retention list",
        "What is due to be deleted.",
        "evaldesk retention list support.evaldesk",
        add_project,
        _due,
    ),
    Command(
        "retention apply",
        "Delete the text of what is due, for good.",
        "evaldesk retention apply support.evaldesk --author Ines",
        _apply_arguments,
        _apply,
    ),
)
