"""``preferences`` and ``pairs …``: what pairwise rounds found, and preferences as files."""

import argparse
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
from evaldesk.cli.wording import estimate, table
from evaldesk.domain.errors import UsageError
from evaldesk.domain.preference import OVERALL, STRENGTHS

if TYPE_CHECKING:
    from evaldesk.services.judging.preferences import CriterionPreferences, PairResult


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--round", required=True, metavar="NAME", help="a pairwise round")
    parser.add_argument(
        "--criterion", default="", metavar="NAME", help="only this one, or overall; all if left out"
    )
    parser.add_argument(
        "--by",
        action="append",
        default=[],
        metavar="SLICE",
        help="also by a slice or by tier; may be given several times",
    )
    add_resampling(parser, 10_000)
    add_author(parser)


def _preferences(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.judging.preferences import findings

    with opened(args) as project:
        found = findings(
            project,
            args.round,
            criterion=args.criterion,
            by=args.by,
            resamples=args.resamples,
            seed=args.seed,
            person=author_of(args),
        )
    data = {"round": args.round, "criteria": [_criterion_json(one) for one in found]}
    return Outcome(data, "\n\n".join(_criterion_text(one) for one in found))


def _criterion_json(one: "CriterionPreferences") -> dict[str, Any]:
    position, agreement = one.position, one.agreement
    return {
        "criterion": _name(one.criterion),
        "pairs": one.pairs,
        "compared": one.compared,
        "results": [_result_json(result) for result in one.results],
        "slices": [
            {"slice": result.by, "value": result.group, **_result_json(result)}
            for result in one.groups
        ],
        "position_bias": {
            "left": position.left.to_json(),
            "p_value": position.p_value,
            "consistent": position.consistent.to_json(),
            "to_left": position.to_left,
            "to_right": position.to_right,
            "order_unknown": position.unknown,
        },
        "agreement": {
            "alpha_nominal": agreement.nominal.to_json(),
            "alpha_ordinal": agreement.ordinal.to_json(),
            "percent": agreement.percent.to_json(),
        },
        "strengths": [
            {
                "run": run.run,
                "log_strength": run.strength.to_json(),
                "wins_against_others": run.share,
            }
            for run in one.strengths
        ],
    }


def _result_json(result: "PairResult") -> dict[str, Any]:
    return {
        "a": result.run_a,
        "b": result.run_b,
        "win_rate": result.win.to_json(),
        "votes": result.votes,
        "wins": result.wins,
        "losses": result.losses,
        "ties": result.ties,
        "both_bad": result.bad,
        "tied": result.tied.to_json(),
        "share_both_bad": result.both_bad.to_json(),
        "strengths": {
            STRENGTHS[strength]: {"a": a, "b": b} for strength, (a, b) in result.strengths.items()
        },
    }


def _criterion_text(one: "CriterionPreferences") -> str:
    head = f"{one.title or 'Overall'}: {one.compared:,} of {one.pairs:,} pairs compared"
    columns = ("A", "B", "of", "A wins, ties as halves [95 %]", "A", "B", "tie", "both bad", "n")
    rows = [
        (
            result.run_a,
            result.run_b,
            f"{result.by} = {result.group}" if result.by else "all",
            estimate(result.win),
            result.wins,
            result.losses,
            result.ties,
            result.bad,
            result.win.n or 0,
        )
        for result in (*one.results, *one.groups)
    ]
    position = one.position
    p_value = "" if position.p_value is None else f", p = {position.p_value:.3g}"
    lines = [
        head,
        table(columns, rows),
        f"  of the choices of a side, the left: {estimate(position.left)}{p_value}",
        f"  same choice with the sides swapped: {estimate(position.consistent)} (left both times: "
        f"{position.to_left:,}, right both times: {position.to_right:,})",
        f"  agreement of raters: alpha {estimate(one.agreement.nominal)} nominal, "
        f"{estimate(one.agreement.ordinal)} ordinal by strength",
    ]
    if one.strengths:
        strengths = [
            (run.run, estimate(run.strength), "–" if run.share is None else f"{run.share:.3f}")
            for run in one.strengths
        ]
        lines.append(table(("run", "log strength [95 %]", "wins against others"), strengths))
    return "\n".join(lines)


def _name(criterion: str) -> str:
    return "overall" if criterion == OVERALL else criterion


def _export_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--round", required=True, metavar="NAME", help="a pairwise round")
    parser.add_argument("--out", required=True, metavar="FILE", type=Path, help=".csv or .jsonl")
    parser.add_argument("--overwrite", action="store_true", help="replace an existing file")
    add_author(parser)


def _export(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.domain.errors import NotAllowedError
    from evaldesk.services.exporting.preference_files import export_preferences

    with opened(args) as project:
        found = project.rounds.get(args.round)
        if found.state == "open" and author_of(args) in found.raters:
            raise NotAllowedError(
                "What others prefer is written once the round is closed, since you compare in it."
            )
        rows = export_preferences(project, args.round, args.out, overwrite=args.overwrite)
    return Outcome({"path": str(args.out), "rows": rows}, f"Wrote {args.out}: {rows:,} rows.")


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("files", nargs="+", metavar="FILE", type=Path)
    parser.add_argument(
        "--round", required=True, metavar="NAME", help="to import into; made if new"
    )
    parser.add_argument("--rubric", default="", metavar="NAME", help="that a new round goes by")
    parser.add_argument(
        "--create-rubric", action="store_true", help="make it, asking what the files speak of"
    )
    parser.add_argument(
        "--create-units",
        action="store_true",
        help="make scenarios and traces from what the files say of them",
    )
    add_author(parser)


def _import(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.exporting.preference_files import PreferenceImport, import_preferences

    if args.create_rubric and not args.rubric:
        raise UsageError("--create-rubric needs --rubric NAME.")
    options = PreferenceImport(
        args.round, args.rubric, args.create_rubric, args.create_units, author_of(args)
    )
    with opened(args) as project:
        found = import_preferences(project, args.files, options)
    data = {
        "round": found.round,
        "pairs": found.pairs,
        "raters": found.raters,
        "preferences": found.preferences,
        "added": found.added,
        "already_there": found.already_there,
        "traces": found.traces,
        "notes": [{"message": note.message, "record": note.record or None} for note in found.notes],
    }
    lines = [
        f"{found.preferences:,} preferences on {found.pairs:,} pairs by {found.raters:,} raters: "
        f"{found.added:,} added, {found.already_there:,} already there; "
        f"{found.traces:,} traces made.",
        *(f"  note: {note.record}: {note.message}" for note in found.notes),
    ]
    return Outcome(data, "\n".join(lines))


COMMANDS = (
    Command(
        "preferences",
        "What a pairwise round found: win rates, a liking for a side, agreement, strengths.",
        "evaldesk preferences support.evaldesk --round duel --by tier",
        _arguments,
        _preferences,
    ),
    Command(
        "pairs export",
        "A pairwise round's preferences as a long table, which can be read back.",
        "evaldesk pairs export support.evaldesk --round duel --out duel.csv",
        _export_arguments,
        _export,
    ),
    Command(
        "pairs import",
        "Pairwise preferences made elsewhere: exported ones, LLMBar, PandaLM.",
        "evaldesk pairs import support.evaldesk testset-v1.json.gz --round people "
        "--rubric Preference --create-rubric --create-units",
        _import_arguments,
        _import,
    ),
)
