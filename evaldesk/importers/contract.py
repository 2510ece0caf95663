"""What an importer is: recognises a file by its content and yields records in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.rating import MarkedSpan, RatingRecord
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.importers.mapping import RatingMapping, TraceMapping
from evaldesk.importers.source import Source
from evaldesk.importers.trials import TrialNumbers


@dataclass(frozen=True, slots=True)
class RunHeader:
    """What a file says about a run as a whole; yielded before the run's traces.

    Attributes:
        run: name of the run; empty for the default (the file's name or ``--run``).
        part: what tells this run from the file's others, such as a provider; the run is then
            called ``NAME · PART``, also where a person gives it a name. A file of several runs
            has a header before the traces of each, as often as they take turns.
        system: name of what was evaluated, for traces that do not say it themselves.
        dataset: name of the test cases; empty where the file does not say.
        created_at: ISO 8601; empty where unknown.
        metadata: parameters, limits, versions: what belongs to the run and not to one trace.
    """

    run: str = ""
    system: str = ""
    dataset: str = ""
    created_at: str = ""
    metadata: Mapping[str, Any] = field(default_factory=dict)
    part: str = ""


Item = TraceRecord | Scenario | RunHeader | ImportNote | Skipped
"""A `Scenario` on its own is a test case without a trace in this file."""

RatingItem = RatingRecord | MarkedSpan | ImportNote | Skipped


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to read.

    Attributes:
        mapping: which column is what, for formats with columns; None to guess.
        skip_bad: yield a `Skipped` for a record that cannot be read, where the rest can.
        sheet: of a workbook; empty for the first that has rows.
        trials: numbers traces for all files that go into one run; None for a file by itself.
    """

    mapping: TraceMapping | None = None
    skip_bad: bool = False
    sheet: str = ""
    trials: TrialNumbers | None = None


class TraceFormat(Protocol):
    """One format of traces.

    Attributes:
        name: what ``--format`` takes.
        title: for people.
        extensions: usual endings, with the dot.
        description: what is read and what is kept, in a sentence or two.
        mapped: whether a `TraceMapping` says which column is what.
    """

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def extensions(self) -> tuple[str, ...]: ...

    @property
    def description(self) -> str: ...

    @property
    def mapped(self) -> bool: ...

    def recognises(self, source: Source) -> float:
        """How sure it is, from 0 to 1, by the content; a strange file gives 0.

        Raises:
            InputError: the file cannot be read at all, by any format: damaged, too large.
        """
        ...

    def read(self, source: Source, options: ImportOptions) -> Iterator[Item]:
        """The records in the file's order, one at a time.

        Raises:
            InputError: with the place; on the first bad record unless ``options.skip_bad``.
        """
        ...


class RatingFormat(Protocol):
    """One shape of ratings made elsewhere; the attributes are those of `TraceFormat`."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def extensions(self) -> tuple[str, ...]: ...

    @property
    def description(self) -> str: ...

    @property
    def mapped(self) -> bool: ...

    def recognises(self, source: Source, mapping: RatingMapping | None = None) -> float:
        """How sure it is, from 0 to 1."""
        ...

    def read(
        self, source: Source, mapping: RatingMapping | None, options: ImportOptions
    ) -> Iterator[RatingItem]:
        """The ratings in the file's order; ``mapping`` None to guess.

        Raises:
            InputError: with the place; on the first bad record unless ``options.skip_bad``.
        """
        ...
