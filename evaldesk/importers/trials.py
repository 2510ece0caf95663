"""Trial numbers that mean what they say."""

from collections import Counter
from collections.abc import Sequence


def plan_trials(given: Sequence[tuple[str, int | None]]) -> tuple[list[int], str]:
    """Trial numbers to use, and in words what was wrong with the source's.

    Some logs write the number of the row where the number of the trial belongs, so that every
    task seems to have been tried once under another number.

    Args:
        given: task and trial of each record in the file's order; None where it has no trial.

    Returns:
        One 0-based number a record, and a note that is empty where the source's were used.
    """
    per_task = Counter(task for task, _ in given)
    most = max(per_task.values(), default=0)
    trials = [trial for _, trial in given]
    if not any(trial is None for trial in trials):
        numbers = [trial for trial in trials if trial is not None]
        rows = list(range(len(numbers)))
        one_based = [row + 1 for row in rows]
        if (
            max(numbers, default=0) >= most > 0
            and len(numbers) > 1
            and numbers in (rows, one_based)
        ):
            return _in_order(given), (
                f"“trial” holds the number of the row (0 to {max(numbers)}), not of the trial: "
                f"each of the {len(per_task)} tasks has "
                f"{'one record' if most == 1 else f'at most {most} records'}. The trials were "
                "numbered anew for each task; the source's value is kept as source_trial."
            )
        if len(set(given)) == len(given):
            return numbers, ""
        return _in_order(given), (
            "Different records carry the same task and the same “trial”. The trials were numbered "
            "anew for each task in the file's order; the source's value is kept as source_trial."
        )
    note = ""
    if any(trial is not None for trial in trials):
        note = (
            "Some records have no “trial”. The trials were numbered anew for each task in the "
            "file's order; the source's value is kept as source_trial."
        )
    return _in_order(given), note


def _in_order(given: Sequence[tuple[str, int | None]]) -> list[int]:
    seen: Counter[str] = Counter()
    made = []
    for task, _ in given:
        made.append(seen[task])
        seen[task] += 1
    return made
