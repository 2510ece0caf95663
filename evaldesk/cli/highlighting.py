"""``highlights``: everybody's labelled spans, for the owner of a project."""

import argparse
from typing import Any

from evaldesk.cli.command import (
    Command,
    Context,
    Outcome,
    add_author,
    add_project,
    author_of,
    opened,
)
from evaldesk.cli.wording import table

_QUOTE = 60


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--trace", default="", metavar="ID", help="only of this trace")
    add_author(parser)


def _highlights(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.reading.highlights import of_project

    items: list[dict[str, Any]] = []
    rows: list[tuple[object, ...]] = []
    with opened(args) as project:
        for one in of_project(project, args.trace, person=author_of(args)):
            standing = one.found.standing if one.found is not None else None
            items.append(
                {
                    "trace": one.place.id,
                    "scenario": one.place.scenario,
                    "run": one.place.run,
                    "standing": standing or "lost",
                    "step": one.found.step if one.found is not None else None,
                    "part": one.found.key if one.found is not None else None,
                    "start": one.found.start if one.found is not None else None,
                    "end": one.found.end if one.found is not None else None,
                    **one.highlight.to_json(),
                }
            )
            said = one.highlight
            quote = " ".join(said.anchor.quote.split())
            rows.append(
                (
                    one.place.id[:10],
                    one.place.scenario,
                    said.author,
                    said.label,
                    said.severity,
                    quote if len(quote) <= _QUOTE else quote[: _QUOTE - 1] + "…",
                    "" if standing == "same" else standing or "no longer found",
                )
            )
    head = ("trace", "scenario", "rater", "label", "severity", "marked", "standing")
    text = table(head, rows) if rows else "Nobody has highlighted anything."
    return Outcome({"total": len(items), "items": items}, text)


COMMANDS: tuple[Command, ...] = (
    Command(
        "highlights",
        "Labelled spans of all raters: what was marked, as what, and whether it is found again.",
        "evaldesk highlights shop.evaldesk --trace 3f2a91c0",
        _arguments,
        _highlights,
    ),
)
