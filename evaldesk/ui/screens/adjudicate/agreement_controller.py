"""How far raters agree, computed beside the window and kept until somebody rates. No widgets."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from evaldesk.domain.agreement import CriterionAgreement, reading
from evaldesk.domain.errors import UsageError
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rubric import Criterion, Level, Rubric
from evaldesk.jobs.runner import JobControl
from evaldesk.services.judging.adjudication import shuffled
from evaldesk.services.judging.patterns import raters_are_slots
from evaldesk.ui.workspace import Workspace

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the ratings.

    Attributes:
        level: of measurement; None for each criterion's own.
        by: look within ``tier``, ``run``, ``system`` or a slice as well; empty for nothing.
    """

    rubric: str = ""
    run: str = ""
    level: Level | None = None
    by: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Agreement on one criterion, or why it has none at this level."""

    criterion: Criterion
    result: CriterionAgreement | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Computed:
    """What a job brought."""

    groupings: list[str]
    slots: bool
    outcomes: dict[Question, tuple[Outcome, ...]]


class AgreementController(QObject):
    """Agreement on the questions of a rubric.

    Attributes:
        question: what is asked. outcomes: its answer, once it is there; None before.
        groupings: what can be looked within.
        names: whether raters are called by their names.
        slots: the raters are positions in a list, so that pairs of them mean nothing.

    Signals:
        changed(): other outcomes, or none yet.
    """

    changed = Signal()

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.question = Question()
        self.rubric: Rubric | None = None
        self.names = False
        self.slots = False
        self.groupings: list[str] = []
        self._kept: dict[Question, tuple[Outcome, ...]] = {}
        self._asked: Question | None = None

    @property
    def outcomes(self) -> tuple[Outcome, ...] | None:
        """The answer to the question; None while it is computed."""
        return self._kept.get(self.question)

    def base(self, criterion: str) -> Outcome | None:
        """Agreement on a criterion at its own level over everything, if it was computed."""
        kept = self._kept.get(replace(self.question, level=None, by=""), ())
        return next((item for item in kept if item.criterion.name == criterion), None)

    def show_rubric(self, rubric: Rubric, run: str) -> None:
        """Another rubric or run; computed at once, since the status bar tells of it."""
        if self.rubric is None or self.rubric.hash != rubric.hash:
            self._kept.clear()
        self.rubric = rubric
        self.choose(rubric=rubric.name, run=run)

    def choose(self, **what: Any) -> None:
        """Ask something else; see `Question`."""
        self.question = replace(self.question, **what)
        self.changed.emit()
        self.wanted()

    def call_by_name(self, names: bool) -> None:
        """Call raters by their names, or not."""
        self.names = names
        self.changed.emit()

    def forget(self) -> None:
        """Somebody rated, or another project was opened."""
        self._kept.clear()
        self._asked = None
        if self.workspace.project is None:
            self.rubric = None
            self.question = Question()
        self.changed.emit()

    def wanted(self) -> None:
        """Compute what is not there yet."""
        project, rubric, question = self.workspace.project, self.rubric, self.question
        if project is None or rubric is None or question in self._kept:
            return
        if self._asked == question:
            return
        self._asked = question
        base = replace(question, level=None, by="")
        questions = [question] if base in self._kept or base == question else [base, question]

        def done(found: Computed) -> None:
            if rubric is self.rubric and self._asked == question:
                self._asked = None
                self.groupings, self.slots = found.groupings, found.slots
                self._kept.update(found.outcomes)
                self.changed.emit()

        def failed(error: Exception) -> None:
            self._asked = None
            self.workspace.report(error)

        self.workspace.jobs.read(
            lambda control: _compute(project, rubric, questions, control),
            done,
            failed,
            key="agreement",
        )

    def called(self, rater: str, raters: Sequence[str]) -> str:
        """A rater's name, or a number that tells nothing."""
        if self.names:
            return rater
        order = shuffled(raters, self.question.rubric)
        return self.tr("Rater {n}").format(n=order.index(rater) + 1)

    def as_tsv(self) -> tuple[str, int]:
        """Everything shown, as tab-separated tables with full precision; and how many criteria."""
        outcomes = self.outcomes or ()
        lines = [
            "criterion\tlevel\talpha\talpha_low\talpha_high\treading\tac\tac_low\tac_high\t"
            "agreement\tunits\tpairable_units\traters\tratings\tmissing\tundefined"
        ]
        for one in outcomes:
            r = one.result
            if r is None:
                lines.append("\t".join([one.criterion.name, *[""] * 14, _clean(one.reason)]))
                continue
            lines.append(
                "\t".join(
                    [
                        one.criterion.name,
                        r.level,
                        *_ends(r.alpha),
                        reading(r.alpha),
                        *_ends(r.ac),
                        _exact(r.percent.value),
                        *map(str, (r.units, r.pairable_units, r.raters, r.ratings, r.missing)),
                        _clean(r.alpha.undefined_reason or ""),
                    ]
                )
            )
        slices = [(one, item) for one in outcomes if one.result for item in one.result.slices]
        if slices:
            lines += ["", f"criterion\t{self.question.by}\talpha\talpha_low\talpha_high\tunits"]
            lines += [
                "\t".join(
                    [one.criterion.name, _clean(item.value), *_ends(item.alpha), str(item.units)]
                )
                for one, item in slices
            ]
        pairs = [(one.result, item) for one in outcomes if one.result for item in one.result.pairs]
        if pairs:
            lines += ["", "criterion\trater_a\trater_b\tkappa\tkappa_low\tkappa_high\tunits"]
            for result, pair in pairs:
                raters = raters_of(result)
                a, b = self.called(pair.a, raters), self.called(pair.b, raters)
                ends = _ends(pair.kappa)
                lines.append(
                    "\t".join([result.criterion, _clean(a), _clean(b), *ends, str(pair.units)])
                )
        return "\n".join(lines) + "\n", len(outcomes)


def raters_of(result: CriterionAgreement) -> list[str]:
    """The raters that its pairs are made of, in order."""
    return list(dict.fromkeys(name for pair in result.pairs for name in (pair.a, pair.b)))


def _compute(
    project: "Project", rubric: Rubric, questions: Sequence[Question], control: JobControl
) -> Computed:
    # SciPy is behind it; a window that never asks does not load it.
    from evaldesk.services.judging.agreement import agreement, groupings

    criteria = [item for item in rubric.criteria if item.scale.kind != "text"]
    found: dict[Question, tuple[Outcome, ...]] = {}
    for round_, question in enumerate(questions):
        outcomes = []
        for number, criterion in enumerate(criteria):
            control.check()
            done = round_ * len(criteria) + number
            control.progress(done, len(questions) * len(criteria), criterion.text)
            try:
                result = agreement(
                    project,
                    rubric.name,
                    criterion=criterion.name,
                    level=question.level,
                    by=question.by,
                    run=question.run,
                )[0]
                outcomes.append(Outcome(criterion, result))
            except UsageError as error:
                outcomes.append(Outcome(criterion, None, str(error)))
        found[question] = tuple(outcomes)
    return Computed(groupings(project), raters_are_slots(project), found)


def _ends(estimate: Estimate) -> list[str]:
    return [_exact(estimate.value), _exact(estimate.low), _exact(estimate.high)]


def _exact(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _clean(text: str) -> str:
    return " ".join(text.split())
