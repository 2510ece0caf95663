"""The difference between two runs over the same scenarios, in all and by slice.

`pairing` says what can be compared, `metrics` on what; here it is computed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evaldesk.domain.comparison import Comparison, PairedValue, SliceComparison, TrialRule
from evaldesk.domain.errors import NotFoundError, UsageError
from evaldesk.domain.rubric import Direction
from evaldesk.domain.trace import TraceRow
from evaldesk.services.comparing.metrics import metric
from evaldesk.services.comparing.notes import notes_on, suite_in_words
from evaldesk.services.comparing.pairing import pair_runs
from evaldesk.services.datasets.lineage import ground_in_words, ground_of_runs
from evaldesk.stats.multiplicity import benjamini_hochberg
from evaldesk.stats.paired import PairedResult, compare_paired
from evaldesk.storage.listings import slice_names

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

DEFAULT_SEED = 20261
_TIERS = {"critical": 0, "important": 1, "nice-to-have": 2}


def compare(
    project: "Project",
    run_a: str,
    run_b: str,
    metric_name: str,
    *,
    by: Sequence[str] = (),
    tier: str = "",
    suite: str = "",
    cluster: str = "",
    trials: TrialRule = "mean",
    errors_as_failures: bool = False,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = DEFAULT_SEED,
) -> Comparison:
    """Compare two runs, scenario by scenario.

    Two traces are paired where key *and* input of their scenario agree. What shares an id but not
    its text, what only one run has, what ended in an infrastructure error: all of it is reported
    and none of it compared.

    Args:
        metric_name: a score, ``gold.CRITERION``, or a number field.
        by: slices (or ``tier``) to look within; p-values are adjusted over all of them.
        tier: only scenarios of this tier.
        suite: only scenarios of this suite (or dataset version), described as it describes them.
        cluster: a slice whose scenarios go together, such as a conversation.
        trials: how several trials of a scenario become one value.
        errors_as_failures: count an infrastructure error as 0 instead of leaving it out.

    Raises:
        NotFoundError: no such run, metric, slice, suite or tier; offers the nearest.
        UsageError: the runs are the same.
    """
    for run in (run_a, run_b):
        project.runs.require(run)
    if run_a == run_b:
        raise UsageError("A run cannot be compared with itself.", "Choose two runs.")
    _check_groups(project, by)
    chosen = metric(project, metric_name)
    version = project.datasets.find(suite) if suite else None
    runs = pair_runs(
        project,
        run_a,
        run_b,
        chosen,
        tier=tier,
        trials=trials,
        errors_as_failures=errors_as_failures,
        suite=None
        if version is None
        else {row.id: row.description for row in project.datasets.each(version.pk)},
    )
    pairs = runs.pairs()
    rows = [runs.rows[key] for key in runs.both]
    clusters = _clusters(cluster, rows)
    direction = chosen.direction
    result = compare_paired(
        [pair.a for pair in pairs],
        [pair.b for pair in pairs],
        direction=direction,
        clusters=clusters,
        level=level,
        resamples=resamples,
        seed=seed,
    )
    unpaired = runs.unpaired()
    regressions = sorted(
        (pair for pair in pairs if _worse(pair, direction)),
        key=lambda pair: (_TIERS.get(pair.tier, 3), -abs(pair.difference), pair.scenario),
    )
    return Comparison(
        run_a=run_a,
        run_b=run_b,
        metric=chosen.name,
        direction=direction,
        a=result.a,
        b=result.b,
        difference=result.difference,
        p_value=result.p_value,
        exact_p=result.exact_p,
        newcombe=result.newcombe,
        test=result.test,
        wins=result.wins,
        ties=result.ties,
        losses=result.losses,
        missing_a=runs.only_b,
        missing_b=runs.only_a,
        minimum_detectable=result.minimum_detectable,
        binary=result.binary,
        pairs=pairs,
        regressions=regressions,
        slices=_slices(by, rows, pairs, clusters, direction, level, resamples, seed),
        unpaired=unpaired,
        notes=notes_on(runs, run_a, run_b, unpaired, trials),
        ground=ground_in_words(ground_of_runs(project, (run_a, run_b)))
        if version is None
        else suite_in_words(suite.removeprefix("suite:"), version, runs, run_a, run_b),
    )


def _worse(pair: PairedValue, direction: Direction) -> bool:
    return pair.difference > 0 if direction == "lower" else pair.difference < 0


def _check_groups(project: "Project", by: Sequence[str]) -> None:
    # A slice of the project that these runs do not have is no mistake: it has no rows.
    known = ["tier", *slice_names(project.database)]
    for name in by:
        if name.removeprefix("slice.") not in known:
            raise NotFoundError.among("slice", name, known)


def _clusters(name: str, rows: Sequence[TraceRow]) -> list[str] | None:
    if not name:
        return None
    labels = [_label(row, name) for row in rows]
    if rows and not any(labels):
        known = {key for row in rows for key in row.slices}
        raise NotFoundError.among("slice", name, [*known, "tier"])
    # A scenario without the slice stands alone.
    return [label or f"\0{index}" for index, label in enumerate(labels)]


def _label(row: TraceRow, name: str) -> str:
    return row.tier if name == "tier" else row.slices.get(name.removeprefix("slice."), "")


def _slices(
    by: Sequence[str],
    rows: Sequence[TraceRow],
    pairs: Sequence[PairedValue],
    clusters: Sequence[str] | None,
    direction: Direction,
    level: float,
    resamples: int,
    seed: int,
) -> list[SliceComparison]:
    found: list[tuple[str, str, PairedResult]] = []
    for name in by:
        members: dict[str, list[int]] = {}
        for index, row in enumerate(rows):
            label = _label(row, name)
            if label:
                members.setdefault(label, []).append(index)
        for label in sorted(members, key=lambda item: (_TIERS.get(item, 3), item)):
            some = members[label]
            result = compare_paired(
                [pairs[index].a for index in some],
                [pairs[index].b for index in some],
                direction=direction,
                clusters=None if clusters is None else [clusters[index] for index in some],
                level=level,
                resamples=resamples,
                seed=seed,
            )
            found.append((name.removeprefix("slice."), label, result))
    tested = [result.p_value for _, _, result in found if result.p_value is not None]
    adjusted = iter(benjamini_hochberg(tested) if tested else ())
    return [
        SliceComparison(
            name=name,
            value=label,
            a=result.a,
            b=result.b,
            difference=result.difference,
            p_value=result.p_value,
            p_adjusted=None if result.p_value is None else float(next(adjusted)),
            pairs=result.n,
            wins=result.wins,
            ties=result.ties,
            losses=result.losses,
        )
        for name, label, result in found
    ]
