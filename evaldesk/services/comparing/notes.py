"""What is said beside a comparison: what could not be paired, and how trials were taken."""

from collections.abc import Sequence

from evaldesk.domain.comparison import TrialRule, Unpaired
from evaldesk.domain.dataset import DatasetVersion
from evaldesk.domain.wording import counted
from evaldesk.services.comparing.pairing import PairedRuns, Side

_TRIAL_RULES: dict[TrialRule, str] = {
    "mean": "averaged within each scenario",
    "first": "the first one counts",
    "all-pass": "the worst one counts",
}


def notes_on(
    runs: PairedRuns, run_a: str, run_b: str, unpaired: Sequence[Unpaired], trials: TrialRule
) -> list[str]:
    """Whole sentences, the gravest first."""
    notes = []
    renamed = len({item.scenario for item in unpaired if "another text" in item.reason})
    if renamed:
        notes.append(
            counted(renamed, "%1 scenario id stands", "%1 scenario ids stand")
            + " in both runs with different texts: the test cases were changed between the runs. "
            "They are not compared."
        )
    for name, there, other in (("A", run_a, run_b), ("B", run_b, run_a)):
        only = sum(1 for item in unpaired if item.reason == f"only in {name}")
        if only:
            which = counted(only, "%1 scenario is", "%1 scenarios are")
            them = "it" if only == 1 else "them"
            notes.append(f"{which} in {there} only; {other} has no trace of {them}.")
    for side, run in ((runs.a, run_a), (runs.b, run_b)):
        notes.extend(_of_side(side, run, trials, runs.errors_as_failures))
    if runs.never_run:
        which = counted(
            runs.never_run, "%1 scenario of the dataset has", "%1 scenarios of the dataset have"
        )
        notes.append(f"{which} a trace in neither run.")
    return notes


def suite_in_words(
    name: str, version: DatasetVersion, runs: PairedRuns, run_a: str, run_b: str
) -> str:
    """What a comparison on a suite stands on, and what of it the runs lack."""
    stands = f"{version.dataset} {version.short}"
    called = stands if name not in version.suites else f"the suite {name} ({stands})"
    said = f"Both runs on {called}, " + counted(version.scenarios, "%1 scenario", "%1 scenarios")
    if runs.lacking is None or not any(runs.lacking):
        return f"{said}, none missing."
    missing = " and ".join(
        f"{number:,} without a trace in {run}"
        for number, run in zip(runs.lacking, (run_a, run_b), strict=True)
        if number
    )
    return f"{said}: {missing}."


def _of_side(side: Side, run: str, trials: TrialRule, errors_as_failures: bool) -> list[str]:
    notes = []
    if side.errors:
        how = (
            "counted as failures (0)" if errors_as_failures else "left out, not counted as failures"
        )
        which = counted(len(side.errors), "%1 scenario", "%1 scenarios")
        notes.append(f"{which} of {run} ended in an infrastructure error: {how}.")
    lacking = len(side.without - set(side.values))
    if lacking:
        which = counted(lacking, "%1 scenario", "%1 scenarios")
        have = "has" if lacking == 1 else "have"
        notes.append(f"{which} of {run} {have} no value of this metric.")
    if side.trials > 1:
        rule = _TRIAL_RULES[trials]
        notes.append(f"{run} has up to {side.trials} trials a scenario: {rule}.")
    return notes
