"""What a report says: gathered once, then laid out as a workbook or a page.

Whatever grows with the project (traces, ratings) is an iterator that can be started again; the
rest is small and held.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from evaldesk.domain.agreement import CriterionAgreement
from evaldesk.domain.comparison import Comparison, PairedValue
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.highlight import Highlight
from evaldesk.domain.project import RunInfo
from evaldesk.domain.rating import Answer, Disagreement, Ruling
from evaldesk.domain.rubric import Rubric
from evaldesk.domain.trace import TraceRow

T = TypeVar("T")

TENTATIVE_ALPHA = 0.667
RELIABLE_ALPHA = 0.80
"""Krippendorff's two thresholds; the lower end of the interval is held against them."""

Outcome = Literal["worse", "better", "tie", "differs"]
Reading = Literal["reliable", "tentative", "not shown reliable", "undefined"]


def reading(alpha: Estimate) -> Reading:
    """What an alpha allows to be said: judged by the lower end of its interval, not by its value.

    Source: Krippendorff 2004, Content Analysis, 2nd ed., p. 241.
    """
    if alpha.value is None:
        return "undefined"
    if alpha.low is None:
        return "not shown reliable"
    if alpha.low >= RELIABLE_ALPHA:
        return "reliable"
    return "tentative" if alpha.low >= TENTATIVE_ALPHA else "not shown reliable"


@dataclass(frozen=True, slots=True)
class DatasetVersionInfo:
    """A dataset version.

    Attributes:
        id: hash of its scenarios.
        runs: names of the runs over it.
    """

    dataset: str
    id: str
    scenarios: int
    created_at: str
    author: str
    runs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MetricSummary:
    """One metric of one run.

    Attributes:
        binary: whether every value is 0 or 1, so that ``estimate`` is a rate.
        estimate: mean or rate; trials are averaged within their scenario first.
        scenarios: with a value. traces: with a value.
        errors: traces left out because the infrastructure failed.
        missing: other traces without a value.
    """

    metric: str
    binary: bool
    estimate: Estimate
    scenarios: int
    traces: int
    errors: int
    missing: int


@dataclass(frozen=True, slots=True)
class RunReport:
    """A run and what it scored. ``dataset_version`` is the hash; empty where there is none."""

    run: RunInfo
    dataset_version: str = ""
    metrics: Sequence[MetricSummary] = ()


@dataclass(frozen=True, slots=True)
class TracePlace:
    """Which trace is meant, in words that mean something outside the project."""

    trace: str
    run: str
    scenario: str
    title: str


@dataclass(frozen=True, slots=True)
class ReportedTrace:
    """A trace as a row; ``answer`` is the beginning of the final answer."""

    row: TraceRow
    answer: str


@dataclass(frozen=True, slots=True)
class ReportedAnswer:
    """One answer of one rater.

    Attributes:
        rubric: its name; ``version`` the one that was answered.
        label: what the answered point says; empty where it says no more than the value.
        submitted: whether the rater handed the rating in.
    """

    place: TracePlace
    rubric: str
    version: int
    answer: Answer
    label: str
    submitted: bool


@dataclass(frozen=True, slots=True)
class ReportedRuling:
    """A ruling; ``standing`` tells whether no later one supersedes it."""

    place: TracePlace
    rubric: str
    ruling: Ruling
    label: str
    standing: bool


@dataclass(frozen=True, slots=True)
class ReportedDisagreement:
    """A disagreement with the ruling that stands, if any. ``labels`` is rater → what they said."""

    place: TracePlace
    rubric: str
    disagreement: Disagreement
    labels: Mapping[str, str]
    ruling: ReportedRuling | None = None


@dataclass(frozen=True, slots=True)
class RubricReport:
    """What people answered to one rubric.

    Attributes:
        rubric: its newest version; ``hash`` names its questions.
        raters: names, in the order they came.
        disagreements: worst first, ruled ones too.
        rulings: every ruling ever made, oldest first.
    """

    rubric: Rubric
    hash: str
    raters: Sequence[str] = ()
    ratings: int = 0
    agreement: Sequence[CriterionAgreement] = ()
    disagreements: Sequence[ReportedDisagreement] = ()
    rulings: Sequence[ReportedRuling] = ()

    @property
    def open(self) -> int:
        """Disagreements that nobody has ruled on."""
        return sum(item.ruling is None for item in self.disagreements)

    @property
    def ruled(self) -> int:
        """Disagreements with a ruling."""
        return len(self.disagreements) - self.open


@dataclass(frozen=True, slots=True)
class ReportedPair:
    """A pair of a comparison with the ids of the two traces to look at.

    Attributes:
        outcome: of run B against run A; ``differs`` where neither end of the metric is better.
    """

    pair: PairedValue
    outcome: Outcome
    trace_a: str
    trace_b: str


class ReportedHighlight(NamedTuple):
    """A highlight, and where it stands."""

    highlight: Highlight
    place: TracePlace


@dataclass(frozen=True, slots=True)
class ReportNote:
    """What a reader must know, and what it is about."""

    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Stream(Generic[T]):
    """Rows that are read while they are written.

    Attributes:
        size: how many there are at the moment, for progress.
        rows: starts reading from the beginning.
    """

    size: int
    rows: Callable[[], Iterator[T]]


def nothing() -> Iterator[Any]:
    """No rows."""
    return iter(())


@dataclass(frozen=True, slots=True)
class ReportedComparison:
    """A comparison; ``pairs`` has every pair, what got worse first."""

    comparison: Comparison
    pairs: Stream[ReportedPair] = Stream(0, nothing)


@dataclass(frozen=True, slots=True)
class ReportContent:
    """Everything that a report says.

    Attributes:
        project: its name. program: name and version of what made the report.
        author: who asks for it; may be empty. created_at: ISO 8601.
        settings: name → value of what the figures were computed with, such as seeds.
        metrics: names of scores, in the order of the columns; ``binary`` those that are 0 or 1
            wherever they have a value.
        slices: names of slices, in the order of the columns.
        raters: everyone who rated, in the order they came.
        notes: what a reader must know, in words.
    """

    project: str
    created_at: str
    program: str
    author: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    scenarios: int = 0
    datasets: Sequence[DatasetVersionInfo] = ()
    runs: Sequence[RunReport] = ()
    metrics: Sequence[str] = ()
    binary: frozenset[str] = frozenset()
    slices: Sequence[str] = ()
    raters: Sequence[str] = ()
    rubrics: Sequence[RubricReport] = ()
    comparisons: Sequence[ReportedComparison] = ()
    notes: Sequence[ReportNote] = ()
    traces: Stream[ReportedTrace] = Stream(0, nothing)
    ratings: Stream[ReportedAnswer] = Stream(0, nothing)
    highlights: Stream[ReportedHighlight] = Stream(0, nothing)


@dataclass(frozen=True, slots=True)
class ExportedSheet:
    """A sheet of a workbook; ``rows`` of data, without headers."""

    name: str
    rows: int


@dataclass(frozen=True, slots=True)
class ExportResult:
    """What an export wrote. ``rows`` over all the sheets; ``notes`` on what is not in the file."""

    path: str
    rows: int
    sheets: tuple[ExportedSheet, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The entry of the command line's contract."""
        return {
            "path": self.path,
            "sheets": [{"name": sheet.name, "rows": sheet.rows} for sheet in self.sheets],
            "rows": self.rows,
            "notes": list(self.notes),
        }
