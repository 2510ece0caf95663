"""``dataset list``, ``show``, ``diff``, ``new``, ``split``, ``edit``, ``suite`` and ``export``."""

import argparse
from collections.abc import Sequence
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
from evaldesk.cli.wording import table
from evaldesk.domain.dataset import (
    TIERS,
    DatasetVersion,
    ScenarioQuery,
    ScenarioRow,
    VersionDifference,
)
from evaldesk.domain.errors import UsageError

if TYPE_CHECKING:
    from evaldesk.services.datasets.versions import Made

VERSION = "a suite, a dataset (its newest version), DATASET@id or the start of an id"


def add_version(parser: argparse.ArgumentParser) -> None:
    """The version that is meant, after the project."""
    parser.add_argument("version", metavar="VERSION", help=VERSION)


def add_scenarios(parser: argparse.ArgumentParser) -> None:
    """Which scenarios of a version are meant."""
    parser.add_argument("--where", default="", metavar="EXPR", help="such as 'tier = critical'")
    parser.add_argument("--words", default="", metavar="TEXT", help="in key, title or expected")


def scenario_query(args: argparse.Namespace, sort: str = "scenario") -> ScenarioQuery:
    """What `add_scenarios` was given."""
    from evaldesk.services.finding.query import parse

    return ScenarioQuery(args.words, parse(args.where), sort)


def version_json(version: DatasetVersion) -> dict[str, Any]:
    """A version, as every subcommand writes it."""
    return {
        "dataset": version.dataset,
        "version": version.id,
        "parent": version.parent or None,
        "scenarios": version.scenarios,
        "author": version.author,
        "note": version.note,
        "created_at": version.created_at,
        "runs": list(version.runs),
        "suites": list(version.suites),
    }


def scenario_json(row: ScenarioRow) -> dict[str, Any]:
    """A scenario as a version describes it."""
    said = row.description
    return {
        "id": row.id,
        "key": row.key,
        "title": said.title,
        "tier": said.tier or None,
        "slices": dict(said.slices),
        "expected": said.expected or None,
        "origin": said.origin or None,
        "redactions": list(said.redactions),
        "revision": row.revision,
        "latest_revision": row.latest,
    }


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)


def _list(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        versions = project.datasets.versions()
        suites = project.datasets.suite_history()
    data = {
        "datasets": [
            {
                "dataset": name,
                "versions": [version_json(item) for item in versions if item.dataset == name],
            }
            for name in dict.fromkeys(version.dataset for version in versions)
        ],
        "suites": [
            {
                "suite": suite.name,
                "dataset": suite.dataset,
                "version": suite.version,
                "author": suite.author,
                "note": suite.note,
                "created_at": suite.created_at,
            }
            for suite in suites
        ],
    }
    rows = [
        (
            item.dataset,
            item.short,
            item.parent[:8] or "–",
            item.scenarios,
            item.created_at[:10],
            item.author,
            ", ".join(item.suites),
            ", ".join(item.runs),
            item.note[:50],
        )
        for item in versions
    ]
    head = ("dataset", "version", "from", "scenarios", "made", "by", "suites", "runs", "note")
    return Outcome(data, table(head, rows))


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_version(parser)
    add_scenarios(parser)
    parser.add_argument(
        "--sort", default="scenario", metavar="KEY", help="such as tier, -revision, slice.language"
    )
    parser.add_argument("--limit", type=natural, default=50, metavar="N", help="rows (50)")


def _show(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        version = project.datasets.find(args.version)
        pks = project.datasets.ids(version.pk, scenario_query(args, args.sort))
        rows = project.datasets.rows(version.pk, list(pks[: args.limit]))
    data = {
        **version_json(version),
        "total": len(pks),
        "members": [scenario_json(row) for row in rows],
    }
    text = (
        f"{version.dataset} {version.short}: {len(pks):,} of {version.scenarios:,} scenarios"
        f"\n\n{_scenario_table(rows)}"
    )
    return Outcome(data, text)


def _scenario_table(rows: Sequence[ScenarioRow]) -> str:
    cells = [
        (
            row.id[:10],
            row.key,
            row.description.tier or "–",
            " ".join(f"{name}={value}" for name, value in row.description.slices.items()),
            row.revision,
            row.description.title[:60],
        )
        for row in rows
    ]
    return table(("id", "key", "tier", "slices", "rev", ""), cells)


def _diff_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("before", metavar="BEFORE", help=VERSION)
    parser.add_argument("after", metavar="AFTER", help="the same")


def _diff(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.datasets.comparison import difference

    with opened(args) as project:
        before = project.datasets.find(args.before)
        after = project.datasets.find(args.after)
        found = difference(project, before, after)
    data = {
        "before": version_json(found.before),
        "after": version_json(found.after),
        "added": [scenario_json(row) for row in found.added],
        "removed": [scenario_json(row) for row in found.removed],
        "changed": [
            {
                "id": item.after.id,
                "key": item.after.key,
                "fields": [
                    {"field": one.name, "before": one.before, "after": one.after}
                    for one in item.fields
                ],
            }
            for item in found.changed
        ],
        "same": found.same,
        "another_input": [row.key for row, _ in found.renamed],
        "counts": [
            {"name": one.name, "value": one.value, "before": one.before, "after": one.after}
            for one in found.counts
        ],
    }
    return Outcome(data, _diff_text(found))


def _diff_text(found: VersionDifference) -> str:
    lines = [
        f"{found.before.dataset} {found.before.short} → {found.after.dataset} {found.after.short}",
        f"  {len(found.added)} added, {len(found.removed)} removed, {len(found.changed)} "
        f"described anew, {found.same} the same",
    ]
    if found.renamed:
        lines.append(f"  {len(found.renamed)} keys have another input")
    lines += [f"  + {row.key}  {row.description.title[:60]}" for row in found.added[:20]]
    lines += [f"  - {row.key}  {row.description.title[:60]}" for row in found.removed[:20]]
    for item in found.changed[:20]:
        lines.append(f"  ~ {item.after.key}")
        lines += [
            f"      {one.name}: {one.before[:60] or '–'} → {one.after[:60] or '–'}"
            for one in item.fields
        ]
    counts = [(f"{one.name} = {one.value or '–'}", one.before, one.after) for one in found.counts]
    return "\n".join([*lines, "", table(("", "before", "after"), counts)])


def _new_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("dataset", metavar="DATASET", help="where the version goes")
    parser.add_argument("--from", dest="base", default="", metavar="VERSION", help=VERSION)
    parser.add_argument("--merge", default="", metavar="VERSION", help="take in all of another one")
    parser.add_argument("--run", default="", metavar="NAME", help="without --from: of this run")
    parser.add_argument(
        "--where",
        default="",
        metavar="EXPR",
        help="with --from: only scenarios such as 'tier = critical'; else scenarios of traces "
        "such as 'score.pass = 0'",
    )
    parser.add_argument("--query", default="", metavar="TEXT", help="full-text search of traces")
    parser.add_argument(
        "--add", action="append", default=[], metavar="SCENARIO", help="take in; repeatable"
    )
    parser.add_argument(
        "--remove", action="append", default=[], metavar="SCENARIO", help="leave out; repeatable"
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="why")
    add_author(parser)


def _new(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.domain.query import TraceQuery
    from evaldesk.services.datasets import versions as datasets
    from evaldesk.services.finding.query import parse

    author = author_of(args)
    if args.base and (args.run or args.query):
        raise UsageError("--run and --query choose traces; they do not go with --from.")
    if not args.base and (args.merge or args.remove):
        raise UsageError("--merge and --remove need --from VERSION.")
    with opened(args) as project:
        differing = 0
        if args.base:
            base = project.datasets.find(args.base)
            if args.merge:
                if args.where or args.add or args.remove:
                    raise UsageError("--merge takes the whole of both; it goes with --from alone.")
                other = project.datasets.find(args.merge)
                merged = datasets.merge(
                    project, base, other, author=author, note=args.note, dataset=args.dataset
                )
                made, differing = merged.made, merged.differing
            else:
                only = None
                if args.where:
                    query = ScenarioQuery(where=parse(args.where))
                    only = list(project.datasets.ids(base.pk, query))
                made = datasets.version_from(
                    project,
                    base,
                    author=author,
                    note=args.note,
                    dataset=args.dataset,
                    only=only,
                    add=project.datasets.find_scenarios(args.add),
                    remove=project.datasets.find_scenarios(args.remove, base.pk),
                )
        else:
            text = f"{args.query} " if args.query.strip() else ""
            chosen = bool(text or args.where or args.run or not args.add)
            pks = (
                project.datasets.of_traces(
                    project.traces.ids(TraceQuery(text, parse(args.where), args.run))
                )
                if chosen
                else []
            )
            pks += project.datasets.find_scenarios(args.add)
            made = datasets.version_of(project, args.dataset, pks, author=author, note=args.note)
    data = {**version_json(made.version), "new": made.new, "differing": differing}
    return Outcome(data, _said(made))


def _said(made: "Made") -> str:
    version = made.version
    which = f"{version.dataset} {version.short}, {version.scenarios:,} scenarios"
    return f"Made {which}." if made.new else f"There already: {which}."


def _split_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_version(parser)
    parser.add_argument(
        "--part",
        action="append",
        default=[],
        metavar="NAME=SHARE",
        help="a part and its share, such as dev=20; at least two",
    )
    parser.add_argument(
        "--by", action="append", default=[], metavar="SLICE", help="stratify by tier or a slice"
    )
    parser.add_argument("--seed", type=int, default=20261, metavar="S", help="of the shuffle")
    parser.add_argument("--note", default="", metavar="TEXT", help="why")
    add_author(parser)


def _split(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.datasets.versions import split

    shares = {}
    for part in args.part:
        name, _sign, share = part.partition("=")
        try:
            shares[name.strip()] = float(share)
        except ValueError:
            raise UsageError(f"“{part}” is no part.", "Write NAME=SHARE, such as dev=20.") from None
    with opened(args) as project:
        version = project.datasets.find(args.version)
        parts = split(
            project,
            version,
            shares,
            by=args.by,
            seed=args.seed,
            author=author_of(args),
            note=args.note,
        )
    data = {
        "of": version.id,
        "seed": args.seed,
        "by": args.by,
        "parts": [
            {"part": part.name, "share": part.share, **version_json(part.made.version)}
            for part in parts
        ],
    }
    made = [part.made.version for part in parts]
    rows = [(version.dataset, version.short, version.scenarios) for version in made]
    return Outcome(data, table(("dataset", "version", "scenarios"), rows))


def _edit_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_version(parser)
    parser.add_argument("scenarios", metavar="SCENARIO", nargs="*", help="a key or an id")
    add_scenarios(parser)
    parser.add_argument(
        "--tier",
        choices=(*TIERS, ""),
        metavar="T",
        help="critical, important, nice-to-have or “”",
    )
    parser.add_argument(
        "--slice",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a slice; without a value it goes; repeatable",
    )
    parser.add_argument("--expected", metavar="TEXT", help="the expected behaviour")
    parser.add_argument("--origin", metavar="TEXT", help="support, SME, synthetic, incident …")
    parser.add_argument("--title", metavar="TEXT", help="a short line")
    parser.add_argument(
        "--redaction",
        action="append",
        default=[],
        metavar="TEXT",
        help="what was taken out of the text; repeatable",
    )
    parser.add_argument("--note", default="", metavar="TEXT", help="why")
    add_author(parser)


def _edit(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.datasets import versions as datasets

    slices = {}
    for item in args.slice:
        name, sign, value = item.partition("=")
        if not sign or not name.strip():
            raise UsageError(f"“{item}” is no slice.", "Write NAME=VALUE.")
        slices[name.strip()] = value
    with opened(args) as project:
        version = project.datasets.find(args.version)
        query = scenario_query(args)
        pks = datasets.chosen(project, version, query, args.scenarios)
        if not pks:
            raise UsageError("No scenario is chosen.", "Name some, or give --where.")
        edits = {
            row.pk: datasets.edited(
                row.description,
                tier=args.tier,
                origin=args.origin,
                expected=args.expected,
                title=args.title,
                slices=slices,
                redactions=args.redaction,
            )
            for row in project.datasets.rows(version.pk, pks)
        }
        made = datasets.version_from(
            project, version, author=author_of(args), note=args.note, edits=edits
        )
    return Outcome(
        {**version_json(made.version), "new": made.new, "edited": len(edits)}, _said(made)
    )


def _suite_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("name", metavar="NAME", help="of the suite")
    add_version(parser)
    parser.add_argument("--note", default="", metavar="TEXT", help="why")
    add_author(parser)


def _suite(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        version = project.datasets.find(args.version)
        made = project.datasets.freeze(
            args.name, version.pk, author=author_of(args), note=args.note
        )
        history = project.datasets.suite_history(made.name)
    data = {
        "suite": made.name,
        "dataset": made.dataset,
        "version": made.version,
        "scenarios": version.scenarios,
        "history": [
            {
                "version": item.version,
                "author": item.author,
                "note": item.note,
                "created_at": item.created_at,
            }
            for item in history
        ],
    }
    text = f"{made.name} is {made.dataset} {made.version[:8]}, {version.scenarios:,} scenarios"
    if len(history) > 1:
        text += f" (before: {history[-2].version[:8]})"
    return Outcome(data, f"{text}.")


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_version(parser)
    parser.add_argument("--out", metavar="FILE", type=Path, required=True, help="where to")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")


def _export(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.datasets.files import export_version

    with opened(args) as project:
        version = project.datasets.find(args.version)
        result = export_version(project, version, args.out, overwrite=args.overwrite)
    data = {**version_json(version), "path": result.path, "rows": result.rows}
    return Outcome(data, f"Wrote {result.path}: {result.rows:,} scenarios.")


COMMANDS = (
    Command(
        "dataset list",
        "Datasets, their versions, and the suites that name them.",
        "evaldesk dataset list support.evaldesk",
        _list_arguments,
        _list,
    ),
    Command(
        "dataset show",
        "The scenarios of a version, as it describes them.",
        "evaldesk dataset show support.evaldesk 'support scenarios' --where 'tier = critical'",
        _show_arguments,
        _show,
    ),
    Command(
        "dataset diff",
        "What became of one version in another.",
        "evaldesk dataset diff support.evaldesk release-gate 'support scenarios'",
        _diff_arguments,
        _diff,
    ),
    Command(
        "dataset new",
        "Make a version: from traces, or from another version.",
        "evaldesk dataset new support.evaldesk regressions --where 'score.pass = 0' --note failed",
        _new_arguments,
        _new,
    ),
    Command(
        "dataset split",
        "Part a version at random, by tier or slice.",
        "evaldesk dataset split support.evaldesk support --part dev=20 --part test=80 --by tier",
        _split_arguments,
        _split,
    ),
    Command(
        "dataset edit",
        "Say something else of scenarios; what was made so far stays.",
        "evaldesk dataset edit support.evaldesk support RET-0442 --tier critical --note 'S1 twice'",
        _edit_arguments,
        _edit,
    ),
    Command(
        "dataset suite",
        "Give a version a name, or move the name to it.",
        "evaldesk dataset suite support.evaldesk release-gate 'support scenarios' --note 'for 2.1'",
        _suite_arguments,
        _suite,
    ),
    Command(
        "dataset export",
        "Write the scenarios of a version, one a line; `import` reads them.",
        "evaldesk dataset export support.evaldesk release-gate --out release-gate.jsonl",
        _export_arguments,
        _export,
    ),
)
