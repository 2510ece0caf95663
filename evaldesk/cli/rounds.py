"""``assign`` and ``round …``: who rates what."""

import argparse
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
from evaldesk.cli.wording import estimate, table
from evaldesk.domain.round import ROUND_KINDS, Round, RoundRules
from evaldesk.domain.wording import counted

if TYPE_CHECKING:
    from evaldesk.services.rounds.planning import PlannedRound
    from evaldesk.storage.project import Project


def _assign_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    add_author(parser)
    parser.add_argument("--round", required=True, metavar="NAME", help="name of the round")
    parser.add_argument("--rubric", required=True, metavar="NAME")
    parser.add_argument("--raters", required=True, metavar="A,B,C", help="who rates")
    parser.add_argument("--kind", choices=ROUND_KINDS, default="main")
    parser.add_argument(
        "--pairs",
        default="",
        metavar="A,B",
        help="compare the traces of these runs two by two: a pairwise round, which draws scenarios",
    )
    parser.add_argument("--run", default="", metavar="NAME", help="only of this run")
    parser.add_argument("--where", default="", metavar="EXPR", help="only what fits the filter")
    parser.add_argument(
        "--sample", type=int, metavar="N", help="draw so many items; every trace if left out"
    )
    parser.add_argument(
        "--stratify", default="", metavar="KEY", help="tier, run, system or a slice"
    )
    parser.add_argument(
        "--equal", action="store_true", help="the same number from each stratum, not by size"
    )
    parser.add_argument(
        "--oversample",
        action="append",
        default=[],
        metavar="EXPR",
        help="what fits is drawn more readily; may be given several times",
    )
    parser.add_argument(
        "--factor", type=float, default=3.0, metavar="F", help="how much more readily (3)"
    )
    parser.add_argument("--certain", default="", metavar="EXPR", help="what fits is always taken")
    parser.add_argument(
        "--per-item", type=int, default=1, metavar="K", help="raters of an item (1)"
    )
    parser.add_argument(
        "--overlap",
        type=float,
        default=1.0,
        metavar="SHARE",
        help="share of the items that get K raters; the others get one (1)",
    )
    parser.add_argument(
        "--everyone", default="", metavar="EXPR", help="what of the sample fits is rated by all"
    )
    parser.add_argument(
        "--calibration", type=int, default=0, metavar="M", help="so many items that all rate"
    )
    parser.add_argument(
        "--gold", type=int, default=0, metavar="M", help="mix in so many items with a ruling"
    )
    parser.add_argument(
        "--repeats", type=float, default=0.0, metavar="SHARE", help="put so many before them twice"
    )
    parser.add_argument("--fresh-first", action="store_true", help="newest scenarios first")
    parser.add_argument(
        "--show-systems", action="store_true", help="raters see systems, runs and models"
    )
    parser.add_argument(
        "--suggest",
        default="",
        metavar="WHAT",
        help="answers that stand ready, to be taken or changed: “judge METRIC”, “judge METRIC for "
        "CRITERION”, “earlier” (the rater's own from outside the round) or “round NAME” (their "
        "own in it); not in training and calibration (none)",
    )
    parser.add_argument(
        "--feedback",
        action="store_true",
        help="tell each rater the gold answer once they have submitted (training)",
    )
    parser.add_argument(
        "--pass-mark", type=float, metavar="SHARE", help="of the gold answers, in training"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="S")
    parser.add_argument(
        "--dry-run", action="store_true", help="say what it would be and cost; write nothing"
    )


def _assign(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.rounds.planning import RoundPlan, plan_round, start_round

    pairs = tuple(name.strip() for name in args.pairs.split(",") if name.strip())
    plan = RoundPlan(
        name=args.round,
        rubric=args.rubric,
        raters=tuple(name.strip() for name in args.raters.split(",")),
        kind="pairwise" if pairs and args.kind == "main" else args.kind,
        pairs=pairs,
        where=args.where,
        run=args.run,
        sample=args.sample,
        stratify=args.stratify,
        rule="equal" if args.equal else "proportional",
        oversample=tuple(args.oversample),
        factor=args.factor,
        certain=args.certain,
        per_item=args.per_item,
        overlap=args.overlap,
        everyone=args.everyone,
        calibration=args.calibration,
        gold=args.gold,
        repeats=args.repeats,
        seed=args.seed,
        rules=RoundRules(
            hide_systems=not args.show_systems,
            order="fresh" if args.fresh_first else "own",
            feedback=args.feedback,
            pass_mark=args.pass_mark,
            suggest=args.suggest,
        ),
    )
    with opened(args) as project:
        if args.dry_run:
            planned = plan_round(project, plan)
        else:
            planned = start_round(project, plan, author_of(args))[1]
    return Outcome(_planned_json(planned, args.seed), _planned_text(planned, args.dry_run))


def _planned_json(planned: "PlannedRound", seed: int) -> dict[str, Any]:
    return {
        "round": planned.draft.name,
        "items": planned.items,
        "assignments": planned.assignments,
        "per_rater": dict(planned.per_rater),
        "strata": [
            {
                "stratum": cell.name,
                "traces": cell.traces,
                "items": cell.items,
                "probability": cell.probability,
            }
            for cell in planned.cells
        ],
        "seed": seed,
        "overlapping": planned.overlapping,
        "hours": planned.hours,
        "seconds_each": planned.seconds_each,
        "expected_alpha_width": planned.alpha_width,
        "expected_rate_width": planned.rate_width,
    }


def _planned_text(planned: "PlannedRound", dry: bool) -> str:
    if planned.draft.pairs:
        items = counted(planned.items, "%1 pair", "%1 pairs")
    else:
        items = counted(planned.items, "%1 item", "%1 items")
    lines = [
        f"{'Would open' if dry else 'Opened'} round “{planned.draft.name}”: {items}, "
        f"{counted(planned.assignments, '%1 assignment', '%1 assignments')}, about "
        f"{planned.hours:.1f} hours in all "
        f"({planned.seconds_each:.0f} s each{'' if planned.measured else ', assumed'}).",
        *(f"  {name}: {count:,}" for name, count in planned.per_rater.items()),
    ]
    if len(planned.cells) > 1 or planned.cells[0].probability < 1.0:
        rows = [
            (cell.name or "all", cell.traces, cell.items, f"{cell.probability:.3f}")
            for cell in planned.cells
        ]
        lines.append(table(("stratum", "traces", "items", "probability"), rows))
    for name, width in (
        ("alpha", planned.alpha_width),
        ("the win rate" if planned.draft.pairs else "the pass rate", planned.rate_width),
    ):
        if width is not None:
            lines.append(f"  Expect an interval {width:.2f} wide for {name}.")
    if planned.unpaired:
        alone = counted(planned.unpaired, "%1 scenario is", "%1 scenarios are")
        lines.append(f"  {alone} in only one of the runs, and not compared.")
    return "\n".join(lines)


def _round_json(project: "Project", found: Round) -> dict[str, Any]:
    from evaldesk.services.rounds.overview import progress_of

    progress = {}
    for rater in found.raters:
        one = progress_of(project, found, rater)
        progress[rater] = {"submitted": one.states.get("submitted", 0), "assigned": one.assigned}
    return {
        "round": found.name,
        "kind": found.kind,
        "rubric": found.rubric,
        "version": found.version,
        "state": found.state,
        "items": found.items,
        "author": found.author,
        "created_at": found.created_at,
        "revealed_at": found.revealed_at or None,
        "plan": dict(found.plan),
        "suggest": found.rules.suggest or None,
        "raters": progress,
    }


def _round_text(data: dict[str, Any]) -> str:
    head = (
        f"{data['round']}: {data['kind']} round by {data['rubric']} version {data['version']}, "
        f"{counted(data['items'], '%1 item', '%1 items')}, {data['state']}"
    )
    rows = (
        f"  {rater}: {done['submitted']:,} of {done['assigned']:,}"
        for rater, done in data["raters"].items()
    )
    return "\n".join((head, *rows))


def _list(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        found = [_round_json(project, one) for one in project.rounds.all()]
    return Outcome(found, "\n".join(map(_round_text, found)) or "There are no rounds.")


def _named(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--round", required=True, metavar="NAME")
    parser.add_argument("--reason", default="", metavar="TEXT")
    add_author(parser)


def _reveal(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        moved = project.rounds.move(args.round, "revealed", author_of(args), args.reason)
        data = _round_json(project, moved)
    return Outcome(data, _round_text(data))


def _close(args: argparse.Namespace, _: Context) -> Outcome:
    with opened(args) as project:
        moved = project.rounds.move(args.round, "closed", author_of(args), args.reason)
        data = _round_json(project, moved)
    return Outcome(data, _round_text(data))


def _estimate_arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--round", required=True, metavar="NAME")
    parser.add_argument("--criterion", default="", metavar="NAME", help="only this one")


def _estimate(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.labelling.suggesting import suggestion_uses
    from evaldesk.services.rounds.estimates import estimates

    with opened(args) as project:
        found = estimates(project, args.round, args.criterion)
        uses = [
            use
            for use in suggestion_uses(project, args.round)
            if args.criterion in ("", use.criterion)
        ]
    data = {
        "round": args.round,
        "criteria": [
            {
                "criterion": one.criterion,
                "items": one.items,
                "answered": one.answered,
                "reworded": one.reworded,
                "shares": [
                    {"point": share.point, **share.estimate.to_json(), "unweighted": share.plain}
                    for share in one.shares
                ],
            }
            for one in found
        ],
        "suggestions_changed": [
            {"criterion": use.criterion, "rater": use.rater or None, **use.changed.to_json()}
            for use in uses
        ],
    }
    rows = [
        (
            one.criterion,
            share.point,
            estimate(share.estimate),
            "–" if share.plain is None else f"{share.plain:.3f}",
            f"{one.answered:,} of {one.items:,}",
            share.estimate.method or "",
        )
        for one in found
        for share in one.shares
    ]
    head = ("criterion", "point", "weighted [95 %]", "unweighted", "answered", "method")
    text = table(head, rows)
    for one in found:
        if one.reworded:
            told = counted(one.reworded, "%1 answer", "%1 answers")
            text += f"\n{one.criterion}: {told} to another wording of the question left out."
    if uses:
        used = [
            (use.criterion, use.rater or "all", estimate(use.changed), f"{use.changed.n:,}")
            for use in uses
        ]
        text += "\n\n" + table(
            ("criterion", "rater", "suggestions changed [95 %]", "answers"), used
        )
    return Outcome(data, text)


COMMANDS = (
    Command(
        "assign",
        "Draw items by a sampling plan and share them among raters.",
        'evaldesk assign support.evaldesk --round pilot --rubric "Tool-using agent" '
        "--raters Ines,Jun,Oskar --per-item 2 --sample 60 --stratify tier "
        "--oversample 'score.pass = 0' --calibration 10 --seed 7",
        _assign_arguments,
        _assign,
    ),
    Command(
        "round list",
        "Rounds of labelling and how far each rater is.",
        "evaldesk round list support.evaldesk",
        add_project,
        _list,
    ),
    Command(
        "round reveal",
        "Freeze a calibration round's blind answers, so that they can be discussed.",
        "evaldesk round reveal support.evaldesk --round pilot",
        _named,
        _reveal,
    ),
    Command(
        "round estimate",
        "Shares and means over all that a round could have drawn, weighted by its probabilities.",
        "evaldesk round estimate support.evaldesk --round pilot --criterion success",
        _estimate_arguments,
        _estimate,
    ),
    Command(
        "round close",
        "End a round: nothing more is answered in it.",
        "evaldesk round close support.evaldesk --round pilot",
        _named,
        _close,
    ),
)
