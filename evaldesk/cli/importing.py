"""``formats``, ``import`` and ``ratings import``."""

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
    opened,
)
from evaldesk.cli.wording import table
from evaldesk.domain.errors import InputError
from evaldesk.domain.wording import counted

if TYPE_CHECKING:
    from evaldesk.services.importing.traces import Progress


def _no_arguments(_: argparse.ArgumentParser) -> None:
    pass


def _formats(_: argparse.Namespace, __: Context) -> Outcome:
    from evaldesk.services.importing.formats import formats

    found = formats()
    rows = [
        (
            item["name"],
            item["title"],
            " ".join(item["extensions"]),
            ", ".join(what for what in ("reads", "writes") if item[what]),
        )
        for item in found
    ]
    return Outcome(found, table(("name", "title", "endings", ""), rows))


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("files", metavar="FILE", type=Path, nargs="+", help="what to import")
    parser.add_argument("--format", default="", metavar="NAME", help="see `evaldesk formats`")
    parser.add_argument("--run", default="", metavar="NAME", help="name of the run")
    parser.add_argument("--system", default="", metavar="NAME", help="where the file is silent")
    parser.add_argument("--dataset", default="", metavar="NAME", help="name of the dataset")
    parser.add_argument("--map", type=Path, metavar="MAP.json", help="which column is what")
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave out, and list, what cannot be read"
    )
    add_author(parser)


def _import(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.importers.mapping import TraceMapping
    from evaldesk.services.importing.traces import TraceImport, import_files

    mapping = None
    if args.map is not None:
        mapping = TraceMapping.from_json(read_json(args.map), path=str(args.map))
    options = TraceImport(
        format=args.format,
        run=args.run,
        system=args.system,
        dataset=args.dataset,
        mapping=mapping,
        skip_bad=args.skip_bad,
        author=author_of(args),
    )
    with opened(args) as project:
        results = import_files(project, args.files, options, _progress(context))
    lines = []
    for item in results:
        lines.append(
            f"{item.path}: {item.format}, {counted(item.traces, '%1 trace', '%1 traces')} "
            f"({item.added:,} added, {item.already_there:,} already there), "
            f"{counted(item.scenarios, '%1 scenario', '%1 scenarios')}, "
            f"{counted(item.scores, '%1 score', '%1 scores')}, "
            f"{'runs' if len(item.runs) > 1 else 'run'} {', '.join(item.runs) or 'none'}"
        )
        lines += [f"  note: {note.message}" for note in item.notes]
        lines += [f"  skipped {bad.record}: {bad.reason}" for bad in item.skipped]
    return Outcome({"files": [item.to_json() for item in results]}, "\n".join(lines))


def _ratings_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="CSV (.gz), JSONL, JSON, XLSX")
    parser.add_argument("--rubric", required=True, metavar="NAME", help="what was asked")
    parser.add_argument("--map", type=Path, metavar="MAP.json", help="which column is what")
    parser.add_argument(
        "--create-units", action="store_true", help="make bare items for unknown units"
    )
    parser.add_argument(
        "--create-rubric",
        choices=("nominal", "ordinal", "interval", "ratio"),
        metavar="LEVEL",
        help="make the criteria at this level: nominal, ordinal, interval, ratio",
    )
    parser.add_argument(
        "--categories", default="", metavar="A,B,C", help="points of the scale in their order"
    )
    parser.add_argument(
        "--skip-bad", action="store_true", help="leave out, and list, what cannot be read"
    )
    add_author(parser)


def _ratings(args: argparse.Namespace, context: Context) -> Outcome:
    from evaldesk.importers.mapping import RatingMapping
    from evaldesk.services.importing.ratings import RatingImport, import_ratings

    mapping = None
    if args.map is not None:
        mapping = RatingMapping.from_json(read_json(args.map), path=str(args.map))
    options = RatingImport(
        rubric=args.rubric,
        mapping=mapping,
        create_units=args.create_units,
        create_rubric=args.create_rubric,
        categories=[item.strip() for item in args.categories.split(",") if item.strip()],
        skip_bad=args.skip_bad,
        author=author_of(args),
    )
    with opened(args) as project:
        result = import_ratings(project, args.file, options, _progress(context))
    data = {
        "raters": result.raters,
        "units": result.units,
        "ratings": result.ratings,
        "added": result.added,
        "already_there": result.already_there,
        "skipped": len(result.skipped),
        "skipped_records": [
            {"record": item.record, "reason": item.reason} for item in result.skipped
        ],
        "notes": [
            {"message": note.message, "record": note.record or None} for note in result.notes
        ],
    }
    lines = [
        f"{result.ratings:,} ratings of {result.units:,} units by {result.raters:,} raters: "
        f"{result.added:,} added, {result.already_there:,} already there."
    ]
    lines += [f"  note: {note.message}" for note in result.notes]
    lines += [f"  skipped {bad.record}: {bad.reason}" for bad in result.skipped]
    return Outcome(data, "\n".join(lines))


def read_json(path: Path) -> Any:
    """A JSON file that a person wrote.

    Raises:
        InputError: missing, or not JSON; names the line.
    """
    import json

    try:
        return json.loads(path.read_text("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise InputError(
            f"This is not JSON: {error.msg}.", path=str(path), record=f"line {error.lineno}"
        ) from error
    except RecursionError as error:
        raise InputError("It is nested too deep.", path=str(path)) from error
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise InputError(f"The file could not be read ({reason}).", path=str(path)) from error


def _progress(context: Context) -> "Progress":
    shown = -1

    def tell(fraction: float, text: str) -> None:
        nonlocal shown
        tenth = int(fraction * 10)
        if tenth > shown and 0 < tenth < 10:
            shown = tenth
            context.tell(f"{text}: {tenth * 10} %")

    return tell


COMMANDS = (
    Command(
        "formats", "What can be read and written.", "evaldesk formats", _no_arguments, _formats
    ),
    Command(
        "import",
        "Import traces, scenarios and scores: every file whole, or nothing.",
        "evaldesk import support.evaldesk airline.json.gz --run baseline",
        _import_arguments,
        _import,
    ),
    Command(
        "ratings import",
        "Import ratings made elsewhere, one row an answer or one column a rater.",
        "evaldesk ratings import support.evaldesk ratings.csv --rubric safety "
        "--create-rubric nominal --create-units",
        _ratings_arguments,
        _ratings,
    ),
)
