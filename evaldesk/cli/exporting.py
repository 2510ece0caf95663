"""``export``."""

import argparse
from pathlib import Path

from evaldesk.cli.command import (
    Command,
    Context,
    Outcome,
    add_author,
    add_project,
    add_resampling,
    author_of,
    opened,
)
from evaldesk.domain.errors import UsageError
from evaldesk.domain.query import TraceQuery


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    kind = parser.add_mutually_exclusive_group(required=True)
    kind.add_argument("--xlsx", metavar="FILE", type=Path, help="a workbook for a reader")
    kind.add_argument("--format", metavar="NAME", help="see `evaldesk formats`; needs --out")
    parser.add_argument("--out", metavar="FILE", type=Path, help="where to, with --format")
    parser.add_argument("--rubric", default="", metavar="NAME", help="only this rubric")
    parser.add_argument("--run", default="", metavar="NAME", help="only this run, with --format")
    parser.add_argument(
        "--where", default="", metavar="EXPR", help="only these traces, with --format"
    )
    parser.add_argument(
        "--with-ratings",
        action="store_true",
        help="put ratings and rulings among the annotations of each trace, with --format; "
        "whoever reads the file is no longer blind",
    )
    parser.add_argument(
        "--criterion", default="", metavar="NAME", help="for a format of one value a trace"
    )
    parser.add_argument("--metric", default="", metavar="NAME", help="the same of a score")
    parser.add_argument(
        "--compare",
        nargs=3,
        action="append",
        default=[],
        metavar=("A", "B", "METRIC"),
        help="a comparison to put into the workbook; repeatable",
    )
    parser.add_argument(
        "--by", action="append", default=[], metavar="SLICE", help="slices of the comparisons"
    )
    parser.add_argument(
        "--redact",
        default="",
        metavar="PROFILE",
        help="take personal data out: strict, balanced, ids-only or a profile of the project",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    add_resampling(parser, 2000)
    add_author(parser)


def _export(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.services.exporting.files import FileExport, export_file
    from evaldesk.services.exporting.reporting import export_workbook
    from evaldesk.services.finding.query import parse

    if args.format and args.out is None:
        raise UsageError("--format needs --out FILE.")
    only = ("run", "where", "with_ratings", "criterion", "metric")
    given = [f"--{name.replace('_', '-')}" for name in only if getattr(args, name)]
    if args.xlsx is not None and given:
        raise UsageError(f"{given[0]} goes with --format; a workbook holds the whole project.")
    with opened(args) as project:
        if args.xlsx is not None:
            result = export_workbook(
                project,
                args.xlsx,
                author=author_of(args),
                rubric=args.rubric,
                comparisons=[(a, b, metric) for a, b, metric in args.compare],
                by=args.by,
                overwrite=args.overwrite,
                resamples=args.resamples,
                seed=args.seed,
                redact=args.redact,
            )
        else:
            result = export_file(
                project,
                args.out,
                FileExport(
                    args.format,
                    TraceQuery(where=parse(args.where), run=args.run),
                    rubric=args.rubric,
                    with_ratings=args.with_ratings,
                    criterion=args.criterion,
                    metric=args.metric,
                    redact=args.redact,
                ),
                author=author_of(args),
                overwrite=args.overwrite,
            )
    sheets = ", ".join(f"{sheet.name} ({sheet.rows:,})" for sheet in result.sheets)
    text = f"Wrote {result.path}: {sheets or f'{result.rows:,} rows'}."
    return Outcome(result.to_json(), "\n".join([text, *result.notes]))


COMMANDS = (
    Command(
        "export",
        "A workbook, or traces and ratings in another format.",
        "evaldesk export support.evaldesk --xlsx report.xlsx --compare v14 v15 pass",
        _arguments,
        _export,
    ),
)
