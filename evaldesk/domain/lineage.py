"""Where a scenario or a number comes from, and what was done on the way."""

from collections.abc import Sequence
from dataclasses import dataclass

from evaldesk.domain.dataset import DatasetVersion, Revision, Suite


@dataclass(frozen=True, slots=True)
class ImportedFrom:
    """A file that brought something in.

    Attributes:
        name: without folder. sha256: of its bytes. place: in it, such as ``line 17``.
        author, created_at: who brought it, and when.
        traces: of the run in question; 0 where it is about a scenario.
    """

    name: str
    sha256: str
    format: str
    author: str
    created_at: str
    place: str = ""
    traces: int = 0


@dataclass(frozen=True, slots=True)
class Held:
    """A dataset version that holds a scenario, as of one revision of its description."""

    version_pk: int
    version: str
    dataset: str
    revision: int
    created_at: str
    author: str
    note: str


@dataclass(frozen=True, slots=True)
class Answered:
    """A trace that answers a scenario. ``raters`` rated it; ``rulings`` stand on it."""

    pk: int
    id: str
    run: str
    system: str
    trial: int
    status: str
    raters: int
    rulings: int


@dataclass(frozen=True, slots=True)
class ScenarioLineage:
    """Everything known of where a scenario came from and what became of it.

    Attributes:
        file: that brought it; None where it was made here or came in before this was kept.
        copied_from: id of the scenario that it was copied from; empty for none.
        revisions: of its description, oldest first.
        held: versions that hold it. suites: names whose version holds it now.
        answered: traces that answer it.
    """

    pk: int
    id: str
    key: str
    title: str
    file: ImportedFrom | None
    copied_from: str
    revisions: Sequence[Revision]
    held: Sequence[Held]
    suites: Sequence[Suite]
    answered: Sequence[Answered]

    @property
    def redactions(self) -> tuple[str, ...]:
        """Of the latest description."""
        return self.revisions[-1].description.redactions if self.revisions else ()


@dataclass(frozen=True, slots=True)
class RunGround:
    """What a run stands on. ``version`` is None where the run names no dataset."""

    run: str
    version: DatasetVersion | None
    files: Sequence[ImportedFrom]


@dataclass(frozen=True, slots=True)
class Ground:
    """What numbers over some runs stand on.

    Attributes:
        runs: in the order asked.
        same: whether all stand on one and the same version.
        only: for two runs that differ: scenarios only in the first's version, only in the
            second's, and in both but described otherwise.
        changed_input: of the scenarios in one only, the keys that both have: another text.
    """

    runs: Sequence[RunGround]
    same: bool
    only: tuple[int, int, int] = (0, 0, 0)
    changed_input: int = 0
