"""Trial numbers that mean what they say."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import blake2b

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.project import ImportNote
from evaldesk.domain.trace import TraceRecord
from evaldesk.domain.wording import counted


class TrialNumbers:
    """Numbers the traces of formats that know no trials, in the order in which they come.

    One may serve all files of an import that go into one run: five files with an attempt each at
    the same task are five trials of it.
    """

    def __init__(self) -> None:
        self._next: dict[int, int] = {}
        self._seen: set[int] = set()
        self._repeated: set[int] = set()

    def number(self, trace: TraceRecord, part: str = "") -> TraceRecord:
        """The trace with the next number of its scenario.

        Args:
            part: of its file, where that holds several runs.
        """
        scenario = trace.scenario
        key = _mark(canonical_json([part, trace.run, scenario.key, scenario.input]))
        trial = self._next.get(key, 0)
        self._next[key] = trial + 1
        if not trial:
            return trace
        self._repeated.add(key)
        return replace(trace, trial=trial)

    def was_seen(self, raw: bytes) -> bool:
        """Whether a record was there already, word for word; from now on it was."""
        mark = _mark(raw)
        if mark in self._seen:
            return True
        self._seen.add(mark)
        return False

    def notes(self) -> Iterator[ImportNote]:
        """What a person should know of the file that ends here."""
        repeated = len(self._repeated)
        self._repeated.clear()
        if repeated:
            yield ImportNote(
                counted(repeated, "%1 scenario occurs", "%1 scenarios occur")
                + " more than once; their traces are taken as trials, numbered in the file's order."
            )


def _mark(data: bytes) -> int:
    """A number that tells data apart, in a third of the room that a digest takes."""
    return int.from_bytes(blake2b(data, digest_size=8).digest())


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
