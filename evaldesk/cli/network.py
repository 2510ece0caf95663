"""``network``: what a project's policy is, and another one."""

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


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "policy",
        metavar="POLICY",
        nargs="?",
        help="none, loopback or allow:HOST[,HOST…]; without it the present one is shown",
    )
    parser.add_argument("--reason", metavar="TEXT", default="", help="why; the log keeps it")
    add_author(parser)


def _run(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.projects.network_policy import change_policy, policy_of

    with opened(args) as project:
        before = policy_of(project)
        after = before
        if args.policy is not None:
            after = change_policy(project, args.policy, author_of(args), args.reason)
        name = project.name
    data = {"project": name, "network": str(after), "before": str(before)}
    if after == before:
        return Outcome(data, f"“{name}” allows: {after}.")
    return Outcome(data, f"“{name}” allowed {before} and now allows {after}.")


COMMANDS = (
    Command(
        "network",
        "Which machines a project may be worked on with.",
        "evaldesk network support.evaldesk loopback --reason 'a judge runs on this machine'",
        _arguments,
        _run,
    ),
)
