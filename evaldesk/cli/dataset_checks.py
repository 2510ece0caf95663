"""``dataset duplicates``, ``coverage``, ``leakage`` and ``lineage``."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from evaldesk.cli.datasets import add_version, version_json
from evaldesk.cli.wording import estimate, table
from evaldesk.domain.errors import UsageError

if TYPE_CHECKING:
    from evaldesk.domain.lineage import ImportedFrom, ScenarioLineage
    from evaldesk.services.datasets.coverage import Coverage
    from evaldesk.services.datasets.leakage import LeakReport


def _duplicates_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_version(parser)
    parser.add_argument(
        "--similarity", type=float, default=0.9, metavar="X", help="from 0.5 to 1 (0.9)"
    )
    parser.add_argument(
        "--drop",
        action="append",
        default=[],
        metavar="SCENARIO",
        help="make the next version without it; repeatable",
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="why")
    add_author(parser)


def _duplicates(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.datasets import duplicates as service

    kinds = {"text": "the same text", "key": "one key, several texts", "near": "nearly the same"}
    with opened(args) as project:
        version = project.datasets.find(args.version)
        found = service.duplicates(project, version, similarity=args.similarity)
        made = None
        if args.drop:
            pks = project.datasets.find_scenarios(args.drop, version.pk)
            why = {}
            for pk in pks:
                group = next(
                    (g for g in found.groups if pk in {item.row.pk for item in g.members}), None
                )
                if group is None:
                    raise UsageError("Only what was found as a duplicate is dropped here.")
                others = [item.row.key for item in group.members if item.row.pk not in pks]
                why[pk] = f"{kinds[group.kind]} as {', '.join(others[:3]) or 'others'}"
            made = service.drop(project, version, why, author=author_of(args), note=args.note)
    data: dict[str, Any] = {
        **version_json(version),
        "similarity": found.similarity,
        "compared": found.compared,
        "crowded": found.crowded,
        "settled": found.settled,
        "groups": [
            {
                "kind": group.kind,
                "similarity": round(group.similarity, 4),
                "scenarios": [
                    {
                        "id": item.row.id,
                        "key": item.row.key,
                        "title": item.row.description.title,
                        "similarity": round(item.similarity, 4),
                    }
                    for item in group.members
                ],
            }
            for group in found.groups
        ],
        "made": version_json(made.version) if made is not None else None,
    }
    lines = [f"{len(found.groups)} groups among {found.scenarios:,} scenarios"]
    if found.settled:
        lines.append(f"{found.settled} more were said to be different.")
    for group in found.groups[:50]:
        lines.append(f"\n{kinds[group.kind]}")
        lines += [
            f"  {item.similarity:6.1%}  {item.row.id[:10]}  {item.row.key}  "
            f"{item.row.description.title[:60]}"
            for item in group.members
        ]
    if made is not None:
        lines.append(f"\nMade {made.version.dataset} {made.version.short} without them.")
    return Outcome(data, "\n".join(lines))


def _coverage_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_version(parser)
    parser.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="GROUP",
        help="tier, origin, age or a slice; twice for a cross table (tier)",
    )
    parser.add_argument("--run", default="", metavar="NAME", help="what it ran and failed")
    parser.add_argument("--metric", default="", metavar="NAME", help="a score from 0 to 1")


def _coverage(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.datasets.coverage import coverage

    with opened(args) as project:
        version = project.datasets.find(args.version)
        found = coverage(project, version, args.by or ["tier"], run=args.run, metric=args.metric)
    data = {
        **version_json(version),
        "by": list(found.by),
        "run": found.run or None,
        "metric": found.metric or None,
        "cells": [
            {
                found.by[0]: cell.row or None,
                **({found.by[1]: cell.column or None} if len(found.by) > 1 else {}),
                "scenarios": cell.scenarios,
                "run": cell.run,
                "rated": cell.rated,
                "failing": cell.failing,
                "judged": cell.judged,
                "rate": cell.rate.to_json(),
            }
            for cell in found.cells.values()
        ],
        "empty": [[part for part in place if part] for place in found.empty],
    }
    return Outcome(data, _coverage_text(found))


def _coverage_text(found: "Coverage") -> str:
    if len(found.by) > 1:
        head = (f"{found.by[0]} \\ {found.by[1]}", *(name or "–" for name in found.columns))
        rows: list[tuple[object, ...]] = [
            (row or "–", *(found.cells[row, column].scenarios for column in found.columns))
            for row in found.rows
        ]
    else:
        head = (found.by[0], "scenarios", "run", "rated", "failing")
        rows = []
        for row in found.rows:
            cell = found.cells[row, ""]
            failing = (
                f"{cell.failing} of {cell.judged}: {estimate(cell.rate)}" if found.metric else "–"
            )
            ran: object = cell.run if found.run else "–"
            rows.append((row or "–", cell.scenarios, ran, cell.rated, failing))
    text = table(head, rows)
    if found.empty:
        shown = ", ".join(" × ".join(part for part in place if part) for place in found.empty[:20])
        text += f"\n\nno scenario: {shown}{' …' if len(found.empty) > 20 else ''}"
    return text


def _leakage_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_version(parser)
    parser.add_argument(
        "files", metavar="FILE", type=Path, nargs="*", help="training data, prompts, examples"
    )
    parser.add_argument(
        "--text", default="", metavar="TEXT", help="to look through, besides or instead"
    )
    parser.add_argument(
        "--prompts", action="store_true", help="look through the runs' system prompts"
    )
    parser.add_argument("--run", default="", metavar="NAME", help="only this run's prompts")
    parser.add_argument(
        "--ngram", type=natural, default=13, metavar="N", help="words in a row that count (13)"
    )


def _leakage(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.datasets import leakage as service

    with opened(args) as project:
        version = project.datasets.find(args.version)
        texts = [service.file_text(path) for path in args.files]
        if args.text:
            texts.append(service.plain_text("--text", args.text))
        if args.prompts or args.run:
            texts.extend(service.system_prompts(project, args.run))
            if not texts:
                raise UsageError("No trace carries a system prompt.", "Name a file instead.")
        found = service.leakage(project, version, texts, ngram=args.ngram)
    return Outcome(
        {
            **version_json(version),
            "ngram": found.ngram,
            "searched": list(found.searched),
            "words_read": found.words_read,
            "not_judged": found.short,
            "templates": found.common,
            "leaks": [
                {
                    "id": leak.row.id,
                    "key": leak.row.key,
                    "side": leak.side,
                    "words": leak.words,
                    "share": round(leak.share, 4),
                    "longest": leak.longest,
                    "passage": leak.passage,
                    "source": leak.source,
                    "line": leak.line,
                    "places": leak.places,
                }
                for leak in found.leaks
            ],
            "limits": found.limits(),
        },
        _leakage_text(found),
    )


def _leakage_text(found: "LeakReport") -> str:
    lines = [
        f"{len(found.leaks)} of {found.scenarios:,} scenarios share {found.ngram} words in a row "
        f"with {', '.join(found.searched)} ({found.words_read:,} words)"
    ]
    rows = [
        (
            leak.row.key,
            leak.side,
            f"{leak.share:.0%}",
            leak.longest,
            f"{leak.source}, line {leak.line}",
            leak.passage[:60],
        )
        for leak in found.leaks[:50]
    ]
    if rows:
        lines += ["", table(("scenario", "side", "share", "words", "where", ""), rows)]
    return "\n".join([*lines, "", *found.limits()])


def _lineage_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument(
        "scenario", metavar="SCENARIO", nargs="?", default="", help="a key or an id"
    )
    parser.add_argument(
        "--run",
        action="append",
        default=[],
        metavar="NAME",
        help="instead: what a number over this run stands on; repeatable",
    )


def _lineage(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.datasets.lineage import (
        ground_in_words,
        ground_of_runs,
        lineage_of_scenario,
    )

    if bool(args.scenario) == bool(args.run):
        raise UsageError("Name a scenario, or runs with --run.")
    with opened(args) as project:
        if args.scenario:
            pk = project.datasets.find_scenarios([args.scenario])[0]
            found = lineage_of_scenario(project, pk)
            return Outcome(_lineage_json(found), _lineage_text(found))
        ground = ground_of_runs(project, args.run)
    data = {
        "same": ground.same,
        "in_words": ground_in_words(ground) or None,
        "runs": [
            {
                "run": item.run,
                "version": version_json(item.version) if item.version else None,
                "files": [_file_json(file) for file in item.files],
            }
            for item in ground.runs
        ],
    }
    lines = []
    for item in ground.runs:
        stands = (
            f"{item.version.dataset} {item.version.short}, {item.version.scenarios:,} scenarios"
            if item.version
            else "no dataset version"
        )
        lines.append(f"{item.run}: {stands}")
        lines += [f"  {_file_text(file)}: {file.traces:,} traces" for file in item.files]
    said = ground_in_words(ground)
    return Outcome(data, "\n".join([*lines, *([said] if said else [])]))


def _file_json(file: "ImportedFrom") -> dict[str, Any]:
    return {
        "file": file.name,
        "sha256": file.sha256,
        "format": file.format,
        "place": file.place or None,
        "author": file.author,
        "created_at": file.created_at,
        "traces": file.traces,
    }


def _file_text(file: "ImportedFrom") -> str:
    place = f", {file.place}" if file.place else ""
    return (
        f"{file.name}{place} ({file.format}, sha256 {file.sha256[:12]}…), "
        f"{file.created_at[:16]} by {file.author or 'nobody named'}"
    )


def _lineage_json(found: "ScenarioLineage") -> dict[str, Any]:
    return {
        "id": found.id,
        "key": found.key,
        "title": found.title,
        "file": _file_json(found.file) if found.file else None,
        "copied_from": found.copied_from or None,
        "redactions": list(found.redactions),
        "revisions": [
            {
                "number": item.number,
                "id": item.id or None,
                "author": item.author,
                "note": item.note,
                "created_at": item.created_at or None,
                **item.description.to_json(),
            }
            for item in found.revisions
        ],
        "versions": [
            {
                "dataset": item.dataset,
                "version": item.version,
                "revision": item.revision,
                "author": item.author,
                "note": item.note,
                "created_at": item.created_at,
            }
            for item in found.held
        ],
        "suites": [suite.name for suite in found.suites],
        "traces": [
            {
                "trace": item.id,
                "run": item.run,
                "system": item.system,
                "trial": item.trial,
                "status": item.status,
                "raters": item.raters,
                "rulings": item.rulings,
            }
            for item in found.answered
        ],
    }


def _lineage_text(found: "ScenarioLineage") -> str:
    lines = [f"{found.key}  {found.title}", f"  id {found.id}"]
    if found.file:
        lines.append(f"  from {_file_text(found.file)}")
    elif found.copied_from:
        lines.append(f"  copied from {found.copied_from[:12]}…")
    else:
        lines.append("  where from is not known: it came in before that was kept")
    lines.append("")
    for item in found.revisions:
        when = item.created_at[:16] or "–"
        what = item.note or ("as imported" if item.number == 0 else "")
        lines.append(f"  revision {item.number}  {when}  {item.author or '–'}  {what}")
    lines.append("")
    for held in found.held:
        lines.append(f"  in {held.dataset} {held.version[:8]}, revision {held.revision}")
    lines += [f"  suite {suite.name}" for suite in found.suites]
    lines.append("")
    for trace in found.answered:
        lines.append(
            f"  {trace.run} trial {trace.trial}: {trace.status}, {trace.raters} raters, "
            f"{trace.rulings} rulings  {trace.id[:10]}"
        )
    return "\n".join(lines)


COMMANDS = (
    Command(
        "dataset duplicates",
        "Scenarios that ask the same, or nearly; --drop makes a version without some.",
        "evaldesk dataset duplicates support.evaldesk 'support scenarios' --similarity 0.85",
        _duplicates_arguments,
        _duplicates,
    ),
    Command(
        "dataset coverage",
        "How many scenarios there are of each kind, and how a run did on them.",
        "evaldesk dataset coverage support.evaldesk support --by tier --by topic --run v15",
        _coverage_arguments,
        _coverage,
    ),
    Command(
        "dataset leakage",
        "Whether scenarios stand word for word in training data or prompts.",
        "evaldesk dataset leakage support.evaldesk support train.jsonl few-shot.txt --prompts",
        _leakage_arguments,
        _leakage,
    ),
    Command(
        "dataset lineage",
        "Where a scenario came from and what was done to it; what a run stands on.",
        "evaldesk dataset lineage support.evaldesk RET-0442",
        _lineage_arguments,
        _lineage,
    ),
)
