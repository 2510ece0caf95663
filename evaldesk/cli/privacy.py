"""``redact`` and ``retention``."""

import argparse

from evaldesk.cli.command import (
    Command,
    Context,
    Outcome,
    add_author,
    add_project,
    author_of,
    opened,
)
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
    from evaldesk.services import redaction
    from evaldesk.services.leaving import set_policy

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


COMMANDS = (
    Command(
        "redact",
        "Find personal data, and take it out of whatever leaves the project.",
        "evaldesk redact support.evaldesk --profile balanced --dry-run",
        _redact_arguments,
        _redact,
    ),
)
