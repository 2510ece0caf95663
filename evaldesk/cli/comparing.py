"""``compare``."""

import argparse
from typing import TYPE_CHECKING, Any

from evaldesk.cli.command import Command, Context, Outcome, add_project, add_resampling, opened
from evaldesk.cli.wording import estimate, number, table
from evaldesk.domain.comparison import Comparison

if TYPE_CHECKING:
    from collections.abc import Mapping


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project(parser)
    parser.add_argument("--a", required=True, metavar="RUN", help="the run to start from")
    parser.add_argument("--b", required=True, metavar="RUN", help="the run to compare with it")
    parser.add_argument(
        "--metric",
        required=True,
        metavar="NAME",
        help="a score, gold.CRITERION, latency_ms, tokens_in, tokens_out or cost",
    )
    parser.add_argument(
        "--by", action="append", default=[], metavar="SLICE", help="a slice or tier; repeatable"
    )
    parser.add_argument("--tier", default="", metavar="T", help="only this tier")
    parser.add_argument(
        "--suite", default="", metavar="NAME", help="only this suite or dataset version"
    )
    parser.add_argument("--cluster", default="", metavar="KEY", help="a slice that groups cases")
    parser.add_argument(
        "--trials",
        choices=("mean", "first", "all-pass"),
        default="mean",
        help="how several trials of a scenario become one value",
    )
    parser.add_argument(
        "--errors-as-failures",
        action="store_true",
        help="count infrastructure errors as 0 instead of leaving them out",
    )
    add_resampling(parser, 10_000)


def _compare(args: argparse.Namespace, _: Context) -> Outcome:
    from evaldesk.services.comparing.comparison import compare

    with opened(args) as project:
        found = compare(
            project,
            args.a,
            args.b,
            args.metric,
            by=args.by,
            tier=args.tier,
            suite=args.suite,
            cluster=args.cluster,
            trials=args.trials,
            errors_as_failures=args.errors_as_failures,
            resamples=args.resamples,
            seed=args.seed,
        )
        pks = {pk for pair in found.regressions for pk in (pair.a_pk, pair.b_pk)}
        ids = {row.pk: row.id for row in project.traces.rows(sorted(pks))}
    return Outcome(_as_json(found, ids), _as_text(found))


def _as_json(found: Comparison, ids: "Mapping[int, str]") -> dict[str, Any]:
    return {
        "metric": found.metric,
        "direction": found.direction,
        "runs": {"a": found.run_a, "b": found.run_b},
        "a": found.a.to_json(),
        "b": found.b.to_json(),
        "difference": found.difference.to_json(),
        "newcombe": None if found.newcombe is None else found.newcombe.to_json(),
        "p_value": found.p_value,
        "p_exact": found.exact_p,
        "test": found.test,
        "pairs": len(found.pairs),
        "wins": found.wins,
        "ties": found.ties,
        "losses": found.losses,
        "missing": {"a": found.missing_a, "b": found.missing_b},
        "minimum_detectable": found.minimum_detectable,
        "slices": [
            {
                "slice": part.name,
                "value": part.value,
                "pairs": part.pairs,
                "a": part.a.to_json(),
                "b": part.b.to_json(),
                "difference": part.difference.to_json(),
                "p_value": part.p_value,
                "p_adjusted": part.p_adjusted,
                "wins": part.wins,
                "ties": part.ties,
                "losses": part.losses,
            }
            for part in found.slices
        ],
        "regressions": [
            {
                "scenario": pair.scenario,
                "tier": pair.tier or None,
                "a": {"trace": ids.get(pair.a_pk), "value": pair.a},
                "b": {"trace": ids.get(pair.b_pk), "value": pair.b},
                "difference": pair.difference,
            }
            for pair in found.regressions
        ],
        "unpaired": [
            {"scenario": item.scenario, "side": item.side, "reason": item.reason}
            for item in found.unpaired
        ],
        "notes": list(found.notes),
        "ground": found.ground or None,
    }


def _as_text(found: Comparison) -> str:
    p_value = "–" if found.p_value is None else f"{found.p_value:.4g}"
    lines = [
        f"{found.metric}: {found.run_a} (A) against {found.run_b} (B), {len(found.pairs)} pairs",
        "",
        f"  A           {estimate(found.a)}",
        f"  B           {estimate(found.b)}",
        f"  B minus A   {estimate(found.difference)}   p {p_value} ({found.test or 'no test'})",
        f"  B better {found.wins}, equal {found.ties}, A better {found.losses}; "
        f"missing in A {found.missing_a}, in B {found.missing_b}",
        f"  smallest difference that this n shows: {number(found.minimum_detectable)}",
    ]
    lines += [f"  ground: {found.ground}"] if found.ground else []
    lines += [f"  note: {note}" for note in found.notes]
    if found.slices:
        rows = [
            (
                f"{part.name} = {part.value}",
                part.pairs,
                estimate(part.difference),
                number(part.p_adjusted, 4),
            )
            for part in found.slices
        ]
        lines += ["", table(("slice", "pairs", "B minus A", "p (BH)"), rows)]
    if found.regressions:
        rows2 = [
            (pair.scenario, pair.tier or "–", number(pair.a), number(pair.b), pair.title[:50])
            for pair in found.regressions[:20]
        ]
        lines += ["", "Regressions:", table(("scenario", "tier", "A", "B", ""), rows2)]
    return "\n".join(lines)


COMMANDS = (
    Command(
        "compare",
        "Compare two runs, scenario by scenario.",
        "evaldesk compare support.evaldesk --a v14 --b v15 --metric pass --by language",
        _arguments,
        _compare,
    ),
)
