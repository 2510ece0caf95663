"""What the Compare screen does; no widgets here."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal

from evaldesk.domain.comparison import PairedValue
from evaldesk.domain.errors import EvalDeskError
from evaldesk.jobs.runner import JobControl
from evaldesk.ui.screens.compare.models import TIERS, Kind, natural, outcome
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.services.alignment import Formatting
    from evaldesk.services.comparing.study import Choices, Question, Study

_READ = "compare.study"
_LOOK = "compare.differing"
_MARK = "#"
"""Before a name of which only the digest is known."""


class CompareController(QObject):
    """Keeps what is asked, and has it answered beside the window.

    Attributes:
        choices: the runs there are; None until they were read.
        question: what is asked; None without two runs.
        study: the newest answer.

    Signals:
        choices_read(): ``choices`` is there.
        studied(): ``study`` is there.
        failed(message, hint): the question cannot be answered.
        busy(bool): an answer takes longer than a moment.
    """

    choices_read = Signal()
    studied = Signal()
    failed = Signal(str, str)
    busy = Signal(bool)

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workspace = workspace
        self.choices: Choices | None = None
        self.question: Question | None = None
        self.study: Study | None = None
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(100)
        self._slow.timeout.connect(lambda: self.busy.emit(True))

    # what is asked

    def load(self, wanted: "dict[str, Any] | None" = None) -> None:
        """Read the runs, then compare: what ``wanted`` names, else what was compared last, else
        the two newest runs that share most scenarios.
        """
        project = self._workspace.project
        if project is None:
            self.clear()
            return
        self._slow.start()

        def read(_control: JobControl) -> "Choices":
            from evaldesk.services.comparing import study as comparison_study

            return comparison_study.choices(project)

        def done(choices: "Choices") -> None:
            self.choices = choices
            self.question = self._first_question(choices, wanted or {})
            self.choices_read.emit()
            if self.question is None:
                self._settled()
                self.study = None
            else:
                self.compare()

        self._workspace.jobs.read(read, done, self._broken, key=_READ)

    def ask(self, **changes: Any) -> None:
        """Ask something else: ``run_a``, ``metric``, ``tier`` … as `Question` has them."""
        if self.question is None:
            return
        question = replace(self.question, **changes)
        if question.run_a == question.run_b and "run_a" in changes:
            question = replace(question, run_b=self.question.run_a)
        elif question.run_a == question.run_b:
            question = replace(question, run_a=self.question.run_b)
        if question != self.question:
            self.question = question
            self.compare()

    def swap(self) -> None:
        """Look from the other side."""
        if self.question is not None:
            self.question = self.question.swapped()
            self.compare()

    def compare(self) -> None:
        """Answer the question; an answer to an older one is dropped."""
        project, question = self._workspace.project, self.question
        if project is None or question is None:
            return
        self._slow.start()

        def read(_control: JobControl) -> "Study":
            from evaldesk.services.comparing import study as comparison_study

            known = comparison_study.names(project, question)
            asked = replace(
                question,
                metric=_named(question.metric, known.metrics),
                tier=_named(question.tier, known.tiers),
            )
            return comparison_study.study(project, asked)

        def done(study: "Study") -> None:
            self._settled()
            self.study = study
            self.question = study.question
            self._remember()
            self.studied.emit()

        self._workspace.jobs.read(read, done, self._broken, key=_READ)

    def clear(self) -> None:
        """The project is gone."""
        self._slow.stop()
        self.choices = self.question = self.study = None

    # the lists

    def pairs(self, kind: Kind, group: tuple[str, str] | None = None) -> Sequence[PairedValue]:
        """Pairs of a kind, worst (or best) first, critical tiers before others.

        Args:
            group: only those of (slice or ``tier``, value).
        """
        study = self.study
        if study is None or kind == "left_out":
            return ()
        direction = study.comparison.direction
        found = [
            pair
            for pair in study.comparison.pairs
            if (kind == "all" or outcome(pair, direction) == kind)
            and (group is None or study.groups.get(pair.a_pk, {}).get(group[0]) == group[1])
        ]
        sign = -1 if direction == "lower" else 1

        def worst_first(pair: PairedValue) -> tuple[Any, ...]:
            gap = pair.difference * sign
            tier = TIERS.get(pair.tier, len(TIERS))
            # Of all pairs, a regression on any tier comes before what did not change.
            rank = tier if kind != "all" else 0
            return rank, -abs(gap) if kind != "all" else gap, natural(pair.scenario)

        return sorted(found, key=worst_first)

    def first_differing(
        self,
        sets: Sequence[tuple[int, tuple[int, ...]]],
        ignored: "Formatting",
        then: Callable[[int | None], None],
    ) -> None:
        """Find the first of these (row, traces) whose traces do not all say the same; None where
        there is none.
        """
        project = self._workspace.project
        if project is None:
            return

        def read(control: JobControl) -> int | None:
            from evaldesk.services.reading.companions import differ

            for row, pks in sets:
                control.check()
                if differ(project, pks, ignored):
                    return row
            return None

        self._workspace.jobs.read(read, then, self._workspace.report, key=_LOOK)

    # what was compared last

    def _first_question(self, choices: "Choices", wanted: dict[str, Any]) -> "Question | None":
        from evaldesk.services.comparing.study import Question

        if choices.suggested is None:
            return None
        names = [run.name for run in choices.runs]
        kept = self._remembered(choices)
        question = self.question if self._known(self.question, names) else kept
        if question is None:
            question = Question(*choices.suggested)
        a, b = wanted.get("a"), wanted.get("b")
        if a in names and b in names and a != b:
            question = replace(question, run_a=str(a), run_b=str(b), tier="")
        if wanted.get("metric"):
            question = replace(question, metric=str(wanted["metric"]))
        return question

    @staticmethod
    def _known(question: "Question | None", names: list[str]) -> bool:
        return question is not None and question.run_a in names and question.run_b in names

    def _remember(self) -> None:
        """Ids and digests, no names: preferences hold nothing of what a project says."""
        question, choices, study = self.question, self.choices, self.study
        if question is None or choices is None or study is None:
            return
        ids = {run.name: run.id for run in choices.runs}
        self._workspace.settings.put(
            f"compare.{choices.project}",
            {
                "a": ids.get(question.run_a, ""),
                "b": ids.get(question.run_b, ""),
                "metric": _digest(question.metric),
                "tier": _digest(question.tier),
                "trials": question.trials,
                "errors": question.errors_as_failures,
            },
        )

    def _remembered(self, choices: "Choices") -> "Question | None":
        from evaldesk.services.comparing.study import Question

        kept = self._workspace.settings.get(f"compare.{choices.project}")
        if not isinstance(kept, dict):
            return None
        names = {run.id: run.name for run in choices.runs}
        a, b = names.get(str(kept.get("a"))), names.get(str(kept.get("b")))
        if a is None or b is None or a == b:
            return None
        trials = kept.get("trials")
        return Question(
            a,
            b,
            metric=f"{_MARK}{kept.get('metric', '')}",
            tier=f"{_MARK}{kept.get('tier', '')}",
            trials=trials if trials in ("mean", "first", "all-pass") else "mean",
            errors_as_failures=kept.get("errors") is True,
        )

    # ends

    def _settled(self) -> None:
        self._slow.stop()
        self.busy.emit(False)

    def _broken(self, error: Exception) -> None:
        self._settled()
        if isinstance(error, EvalDeskError):
            self.study = None
            self.failed.emit(error.message, error.hint)
        else:
            self._workspace.report(error)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _named(text: str, known: Sequence[str]) -> str:
    """The name that a digest is of; itself where it is no digest, nothing where none fits."""
    if not text.startswith(_MARK):
        return text
    return next((name for name in known if _digest(name) == text.removeprefix(_MARK)), "")
