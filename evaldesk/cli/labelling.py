"""``rubric …``, ``agreement``, ``disagreements`` and ``rule``."""

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

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
from evaldesk.cli.importing import read_json
from evaldesk.cli.wording import estimate, table
from evaldesk.domain.errors import InputError, NotFoundError, UsageError
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.wording import counted

if TYPE_CHECKING:
    from evaldesk.domain.agreement import CriterionAgreement
    from evaldesk.storage.project import Project


def _described(rubric: Rubric) -> dict[str, Any]:
    data = rubric.to_json()
    return {"name": rubric.name, "version": rubric.version, "hash": rubric.hash, **data}


def _rubric_file(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("file", metavar="FILE", type=Path, help="rubric as JSON")
    add_author(parser)


def _rubric_import(args: argparse.Namespace, _: Context) -> Outcome:
    try:
        rubric = Rubric.from_json(read_json(args.file))
    except InputError as error:
        if error.path:
            raise
        raise InputError(
            error.reason, error.hint, path=str(args.file), record=error.record
        ) from error
    from evaldesk.services.rubrics.migration import reopening

    with opened(args) as project:
        saved = project.rubrics.save(rubric, author_of(args), f"Imported from {args.file.name}")
        found = reopening(project, saved)
    text = f"{saved.name}, version {saved.version}: {len(saved.criteria)} criteria."
    if found.ratings:
        text += (
            f"\n{found.ratings:,} of {found.submitted:,} submitted ratings are open again, for: "
            f"{', '.join(item.text for item in saved.criteria if item.name in found.criteria)}."
        )
    data = {
        **_described(saved),
        "reopened": {
            "ratings": found.ratings,
            "submitted": found.submitted,
            "criteria": dict(found.criteria),
        },
    }
    return Outcome(data, text)


def _rubric_export_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help="where to; else shown")
    parser.add_argument("--name", default="", metavar="NAME", help="which rubric, if several")


def _rubric_export(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        rubric = _the_rubric(project, args.name)
    text = json.dumps(rubric.to_json(), ensure_ascii=False, indent=2)
    if args.file is None:
        return Outcome(_described(rubric), text)
    if args.file.exists():
        raise UsageError(f"{args.file} exists already.", "Choose another name.")
    args.file.write_text(text + "\n", "utf-8")
    data = {**_described(rubric), "path": str(args.file)}
    return Outcome(data, f"Wrote {rubric.name}, version {rubric.version}, to {args.file}.")


def _rubric_list(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        found = project.rubrics.list()
    rows = [
        (item.name, item.version, item.hash[:10], ", ".join(one.name for one in item.criteria))
        for item in found
    ]
    return Outcome(
        [_described(item) for item in found], table(("name", "version", "hash", "criteria"), rows)
    )


def _the_rubric(project: "Project", name: str) -> Rubric:
    if name:
        return project.rubrics.get(name)
    found = project.rubrics.list()
    if len(found) != 1:
        names = ", ".join(item.name for item in found)
        raise UsageError(
            f"The project has {len(found)} rubrics.",
            f"Say which with --name: {names}." if found else "Import one first.",
        )
    return found[0]


def _add_rubric(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rubric", required=True, metavar="NAME", help="which rubric")
    parser.add_argument("--criterion", default="", metavar="NAME", help="only this one")
    parser.add_argument("--run", default="", metavar="NAME", help="only traces of this run")


def _agreement_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    _add_rubric(parser)
    parser.add_argument(
        "--level",
        choices=("nominal", "ordinal", "interval", "ratio"),
        help="level of measurement instead of the criterion's own",
    )
    parser.add_argument("--by", default="", metavar="SLICE", help="a slice, or tier")
    parser.add_argument(
        "--round",
        default="",
        metavar="NAME",
        help="as answered in this round; of a revealed one before and after the reveal",
    )
    add_resampling(parser, 2000)


def _agreement(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.judging.agreement import agreement

    with opened(args) as project:
        found = agreement(
            project,
            args.rubric,
            criterion=args.criterion,
            level=args.level,
            by=args.by,
            run=args.run,
            round=args.round,
            resamples=args.resamples,
            seed=args.seed,
        )
        before: dict[str, CriterionAgreement] = {}
        if args.round and project.rounds.get(args.round).revealed_at:
            blind = agreement(
                project,
                args.rubric,
                criterion=args.criterion,
                level=args.level,
                run=args.run,
                round=args.round,
                before_reveal=True,
                resamples=args.resamples,
                seed=args.seed,
            )
            before = {item.criterion: item for item in blind}
    data = {
        "rubric": args.rubric,
        **({"round": args.round} if args.round else {}),
        "criteria": [
            {
                "criterion": item.criterion,
                "level": item.level,
                "alpha": item.alpha.to_json(),
                "ac": item.ac.to_json(),
                "percent": item.percent.to_json(),
                **(
                    {
                        "before_reveal": {
                            "alpha": before[item.criterion].alpha.to_json(),
                            "ac": before[item.criterion].ac.to_json(),
                            "percent": before[item.criterion].percent.to_json(),
                            "ratings": before[item.criterion].ratings,
                        }
                    }
                    if item.criterion in before
                    else {}
                ),
                **({} if item.jaccard is None else {"jaccard": item.jaccard.to_json()}),
                **(
                    {
                        "points": [
                            {
                                "point": point.value,
                                "chosen": point.chosen,
                                "alpha": point.alpha.to_json(),
                                "percent": point.percent.to_json(),
                            }
                            for point in item.points
                        ]
                    }
                    if item.points
                    else {}
                ),
                "units": item.units,
                "pairable_units": item.pairable_units,
                "raters": item.raters,
                "ratings": item.ratings,
                "missing": item.missing,
                "reworded": item.reworded,
                "pairs": [
                    {"a": pair.a, "b": pair.b, "kappa": pair.kappa.to_json(), "units": pair.units}
                    for pair in item.pairs
                ],
                "slices": [
                    {
                        "slice": part.name,
                        "value": part.value,
                        "alpha": part.alpha.to_json(),
                        "units": part.units,
                    }
                    for part in item.slices
                ],
            }
            for item in found
        ],
    }
    rows: list[tuple[object, ...]] = []
    for item in found:
        rows.append(
            (
                item.criterion,
                item.level,
                estimate(item.alpha),
                estimate(item.ac),
                estimate(item.percent),
                item.raters,
                item.ratings,
            )
        )
        if item.criterion in before:
            blind_one = before[item.criterion]
            rows.append(
                (
                    "  before the reveal",
                    "",
                    estimate(blind_one.alpha),
                    estimate(blind_one.ac),
                    estimate(blind_one.percent),
                    blind_one.raters,
                    blind_one.ratings,
                )
            )
        if item.jaccard is not None:
            rows.append(("  with Jaccard distance", "", estimate(item.jaccard), "", "", "", ""))
        rows += [
            (
                f"  {point.text}",
                "chosen",
                estimate(point.alpha),
                "",
                estimate(point.percent),
                "",
                "",
            )
            for point in item.points
        ]
        rows += [
            (f"  {part.name} = {part.value}", "", estimate(part.alpha), "", "", "", "")
            for part in item.slices
        ]
    head = ("criterion", "level", "alpha [95 %]", "AC", "agreement", "raters", "ratings")
    notes = [
        f"{item.criterion}: {counted(item.reworded, '%1 answer', '%1 answers')} to an earlier "
        "wording left out."
        for item in found
        if item.reworded
    ]
    return Outcome(data, "\n".join((table(head, rows), *notes)))


def _disagreements_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    _add_rubric(parser)


def _disagreements(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.judging.adjudication import disagreements

    with opened(args) as project:
        found = disagreements(project, args.rubric, criterion=args.criterion, run=args.run)
    data = {
        "total": len(found),
        "items": [
            {
                "trace": item.trace,
                "scenario": item.scenario,
                "criterion": item.criterion,
                "answers": dict(item.answers),
                "spread": item.spread,
                "severity": item.severity or None,
                "tier": item.tier or None,
                "ruled": item.ruled,
            }
            for item in found
        ],
    }
    rows = [
        (
            item.severity or "–",
            f"{item.spread:.2f}",
            item.trace[:10],
            item.scenario,
            item.criterion,
            " · ".join(_words(value) for value in list(item.answers.values())[:8]),
            "ruled" if item.ruled else "open",
        )
        for item in found[:200]
    ]
    head = ("severity", "spread", "trace", "scenario", "criterion", "answers", "")
    open_count = sum(1 for item in found if not item.ruled)
    return Outcome(
        data, f"{len(found):,} disagreements, {open_count:,} open\n\n{table(head, rows)}"
    )


def _rule_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--trace", required=True, metavar="ID", help="id or run/scenario")
    parser.add_argument("--criterion", required=True, metavar="NAME")
    parser.add_argument("--rubric", default="", metavar="NAME", help="if several ask this")
    decided = parser.add_mutually_exclusive_group(required=True)
    decided.add_argument("--value", metavar="V", help="the value that is right")
    decided.add_argument("--none-fits", action="store_true", help="no value of the scale is right")
    decided.add_argument(
        "--rubric-unsettled", action="store_true", help="the rubric does not settle it"
    )
    parser.add_argument("--reason", required=True, metavar="TEXT", help="why")
    add_author(parser)


def _rule(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.judging.adjudication import rule

    kind: Any = "adopt"
    if args.none_fits:
        kind = "none_fits"
    elif args.rubric_unsettled:
        kind = "rubric_unsettled"
    with opened(args) as project:
        rubric = args.rubric or _asking(project, args.criterion)
        trace = project.traces.find(args.trace)
        try:
            made = rule(
                project,
                rubric,
                trace,
                args.criterion,
                kind,
                args.value,
                args.reason,
                author_of(args),
            )
        except InputError as error:
            # The value stands on the command line and not in a file.
            raise UsageError(error.reason, error.hint) from error
    data = {
        "ruling": made.id,
        "supersedes": made.supersedes or None,
        "kind": made.kind,
        "value": made.value,
        "author": made.author,
    }
    text = f"Ruled: {made.criterion} = {made.value if made.value is not None else made.kind}."
    if made.supersedes:
        text += " An earlier ruling stays in the history."
    return Outcome(data, text)


def _asking(project: "Project", criterion: str) -> str:
    rubrics = project.rubrics.list()
    found = [item.name for item in rubrics if item.criterion(criterion) is not None]
    if not found:
        known = (one.name for item in rubrics for one in item.criteria)
        raise NotFoundError.among("criterion", criterion, known)
    if len(found) > 1:
        raise UsageError(
            f"Several rubrics ask “{criterion}”.", f"Say which with --rubric: {', '.join(found)}."
        )
    return found[0]


COMMANDS = (
    Command(
        "rubric import",
        "Take over a rubric; a changed one becomes another version.",
        "evaldesk rubric import support.evaldesk agent.json",
        _rubric_file,
        _rubric_import,
    ),
    Command(
        "rubric export",
        "Write a rubric as JSON.",
        "evaldesk rubric export support.evaldesk agent.json --name 'Tool-using agent'",
        _rubric_export_arguments,
        _rubric_export,
    ),
    Command(
        "rubric list",
        "The project's rubrics.",
        "evaldesk rubric list support.evaldesk",
        add_project,
        _rubric_list,
    ),
    Command(
        "agreement",
        "How far raters agree, with intervals.",
        "evaldesk agreement support.evaldesk --rubric 'Tool-using agent' --by language",
        _agreement_arguments,
        _agreement,
    ),
    Command(
        "disagreements",
        "What raters answered differently, worst first.",
        "evaldesk disagreements support.evaldesk --rubric 'Tool-using agent'",
        _disagreements_arguments,
        _disagreements,
    ),
    Command(
        "rule",
        "Decide a disagreement, with a reason.",
        "evaldesk rule support.evaldesk --trace v15/RET-0421 --criterion tone --value 2 "
        "--reason 'It blames the customer.'",
        _rule_arguments,
        _rule,
    ),
)


def _words(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
