"""What people decided here, said in the way in which other tools say it: as annotations."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from evaldesk.domain import interchange
from evaldesk.domain.rating import Ruling
from evaldesk.domain.rubric import COMMENT, FAILURE_MODES, SEVERITY, CannotJudge, Rubric
from evaldesk.domain.trace import Annotation
from evaldesk.storage import listings

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

_NAMES = {COMMENT: "comment", FAILURE_MODES: "failure_mode", SEVERITY: "severity"}


class OwnRatings:
    """Ratings that were handed in, and the rulings that stand."""

    def __init__(self, project: "Project", rubric: str = "") -> None:
        """Reads the rulings.

        Args:
            rubric: only of this one; empty for all.

        Raises:
            NotFoundError: no such rubric.
        """
        self._project = project
        rubrics = [project.rubrics.get(rubric)] if rubric else list(project.rubrics.list())
        self._rubrics: list[tuple[Rubric, dict[int, list[Ruling]]]] = []
        for one in rubrics:
            ruled: dict[int, list[Ruling]] = {}
            for (pk, _), ruling in project.rulings.current(one.name).items():
                ruled.setdefault(pk, []).append(ruling)
            self._rubrics.append((one, ruled))

    def of(self, pks: Sequence[int]) -> Mapping[int, tuple[Annotation, ...]]:
        """Trace → what was said of it, for some hundreds of traces."""
        found: dict[int, list[Annotation]] = {}
        for rubric, rulings in self._rubrics:
            for listed in listings.answers(self._project.database, rubric.name, pks):
                if listed.submitted:
                    said = found.setdefault(listed.answer.trace_pk, [])
                    said.extend(_rating(rubric, listed))
            for pk in pks:
                said = [_ruling(rubric, ruling) for ruling in rulings.get(pk, ())]
                if said:
                    found.setdefault(pk, []).extend(said)
        return {pk: tuple(said) for pk, said in found.items()}


def _rating(rubric: Rubric, listed: listings.ListedAnswer) -> Iterator[Annotation]:
    answer = listed.answer
    metadata = {
        interchange.ORIGIN: interchange.RATING,
        "rubric": rubric.name,
        "version": listed.version,
    }
    values = answer.value if isinstance(answer.value, list) else [answer.value]
    for value in values:
        comment = answer.comment
        if answer.field == COMMENT:
            value, comment = None, str(value)
        number, label = _split(value)
        if isinstance(value, CannotJudge):
            label, comment = "cannot judge", value.reason
        yield Annotation(
            name=_NAMES.get(answer.field, answer.field),
            value=number,
            label=label,
            comment=comment,
            annotator=answer.rater,
            created_at=answer.created_at,
            metadata=metadata,
        )


def _ruling(rubric: Rubric, ruling: Ruling) -> Annotation:
    number, label = _split(ruling.value)
    return Annotation(
        name=ruling.criterion,
        value=number,
        label=label,
        comment=ruling.reason,
        annotator=ruling.author,
        created_at=ruling.created_at,
        metadata={
            interchange.ORIGIN: interchange.RULING,
            "rubric": rubric.name,
            "ruling": ruling.kind,
        },
    )


def _split(value: Any) -> tuple[float | None, str]:
    """A value as a number or as a word; several points as their words."""
    if value is None or isinstance(value, CannotJudge):
        return None, ""
    if isinstance(value, list):
        return None, ", ".join(str(item) for item in value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value), ""
    return None, str(value)
