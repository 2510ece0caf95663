"""What is known of a project as a whole, and what a write changed."""

from dataclasses import dataclass, field
from typing import Any, Literal

Area = Literal[
    "traces",
    "datasets",
    "ratings",
    "rulings",
    "rubrics",
    "rounds",
    "people",
    "notes",
    "views",
    "settings",
    "highlights",
    "preferences",
    "audit",
    "exchange",
    "privacy",
]


@dataclass(frozen=True, slots=True)
class Changes:
    """What a write changed; screens refresh from it.

    Attributes:
        areas: which parts of the project.
        trace_pks: which traces, where it was few; empty for "many or none in particular".
    """

    areas: frozenset[Area]
    trace_pks: tuple[int, ...] = ()

    @classmethod
    def of(cls, *areas: Area, trace_pks: tuple[int, ...] = ()) -> "Changes":
        """Changes in these areas."""
        return cls(frozenset(areas), trace_pks)


@dataclass(frozen=True, slots=True)
class ProjectInfo:
    """Counts for ``info`` and the overview. ``size_bytes`` of the file."""

    name: str
    path: str
    schema_version: int
    encrypted: bool
    network: str
    datasets: int
    scenarios: int
    runs: int
    traces: int
    rubrics: int
    raters: int
    ratings: int
    rulings: int
    incidents: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class RunInfo:
    """One run.

    Attributes:
        metrics: the names of its scores.
        source: the file it came from, without folder.
    """

    id: str
    name: str
    system: str
    dataset: str
    traces: int
    scenarios: int
    errors: int
    created_at: str
    source: str
    metrics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportNote:
    """What an importer found that a person should know, such as row numbers in ``trial``."""

    message: str
    record: str = ""


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record that was left out on request, and why."""

    record: str
    reason: str


@dataclass(frozen=True, slots=True)
class ImportedFile:
    """What an import did with one file.

    Attributes:
        sha256: of the file's bytes.
        runs: names of the runs it holds.
        traces: records read; ``added`` new to the project, ``already_there`` not.
        scenarios: distinct scenarios in the file; ``scores`` values.
    """

    path: str
    format: str
    sha256: str
    runs: tuple[str, ...]
    traces: int
    scenarios: int
    scores: int
    added: int
    already_there: int
    skipped: tuple[Skipped, ...] = ()
    notes: tuple[ImportNote, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The entry of ``files`` in the command line's contract."""
        return {
            "path": self.path,
            "format": self.format,
            "sha256": self.sha256,
            "runs": list(self.runs),
            "traces": self.traces,
            "scenarios": self.scenarios,
            "scores": self.scores,
            "added": self.added,
            "already_there": self.already_there,
            "skipped": [{"record": item.record, "reason": item.reason} for item in self.skipped],
            "notes": [
                {"message": item.message, "record": item.record or None} for item in self.notes
            ],
        }


@dataclass(frozen=True, slots=True)
class ImportedRatings:
    """What an import of ratings did; counts."""

    raters: int
    units: int
    ratings: int
    added: int
    already_there: int
    skipped: tuple[Skipped, ...] = field(default=())
    notes: tuple[ImportNote, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that an integrity check found."""

    where: str
    what: str
