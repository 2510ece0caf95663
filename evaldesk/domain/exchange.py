"""Work packages as the store keeps them: what left, what came, and what a return brings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from evaldesk.domain.audit import AuditEvent

Direction = Literal["sent", "opened", "returned", "merged"]


@dataclass(frozen=True, slots=True)
class PackageRecord:
    """A package that left or came.

    Attributes:
        package: id that its manifest gives. kind: that its manifest gives.
        manifest: the bytes that were signed, as text; ``signature`` of them in hexadecimal.
        sha256: of the sealed file; empty for a package that was opened from elsewhere.
        secret: that the items of a package sent were told apart with; never leaves the project.
        author: who did it here, ``created_at`` when (ISO 8601).
    """

    package: str
    direction: Direction
    kind: str
    manifest: str
    signature: str
    sha256: str
    author: str
    created_at: str = ""
    secret: str = ""


@dataclass(frozen=True, slots=True)
class PackageItem:
    """What an item of a package that was sent stands for.

    Attributes:
        item: id of its trace in the package.
        trace_pk: the trace here; ``reading`` is 1 for a hidden repeat.
    """

    item: str
    trace_pk: int
    reading: int = 0


@dataclass(frozen=True, slots=True)
class CarriedRow:
    """A row on its way from one project to another, in its portable form.

    Attributes:
        table: that it belongs to.
        content: as its author signed it.
    """

    table: str
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Brought:
    """Rows and events to be merged, already checked by whom they may come from.

    Attributes:
        record: of the package; kept where it brought anything.
        assignment: id of the package that is answered; empty for a copy of a project.
        rows: in the order in which their authors made them.
        events: of the logs that they come from, with their signatures.
    """

    record: PackageRecord
    assignment: str
    rows: Sequence[CarriedRow]
    events: Sequence[AuditEvent] = ()


@dataclass(frozen=True, slots=True)
class Conflict:
    """Answers of the same person to the same question that differ, and knew nothing of each other.

    Attributes:
        table: ``answer``, ``ruling`` or ``preference``.
        who: rater or adjudicator; ``trace`` its id here; ``field`` the question; ``round`` a name.
        stands: what stands until somebody decides: the later one; ``at`` its time (ISO 8601).
        others: what else was answered, with its time.
        rows: ids of the rows, the one that stands first; to decide by.
        decided: whether a person chose.
    """

    table: str
    who: str
    trace: str
    field: str
    round: str
    stands: Any
    at: str
    others: tuple[tuple[Any, str], ...]
    rows: tuple[str, ...]
    decided: bool = False


@dataclass(frozen=True, slots=True)
class MergeCount:
    """What a merge did, or would do.

    Attributes:
        added: table → rows that were new.
        already_there: table → rows that were here.
        events: entries of other logs that were new.
        conflicts: of the questions that this file's rows answer.
    """

    added: Mapping[str, int] = field(default_factory=dict)
    already_there: Mapping[str, int] = field(default_factory=dict)
    events: int = 0
    conflicts: tuple[Conflict, ...] = ()
