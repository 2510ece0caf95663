"""Answers and rulings that count for a rubric's question as the version in hand words it.

A new version leaves old answers where they are. What was answered to another question is kept and
shown, but it is no answer to the present one: statistics and gold leave it out, and say how much.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evaldesk.domain.rating import AnswerTable, Ruling
from evaldesk.domain.rubric import Rubric
from evaldesk.services.rubrics.migration import lineage

if TYPE_CHECKING:
    from evaldesk.storage.project import Project


class PresentWording:
    """What of a project counts for one version of a rubric."""

    def __init__(self, project: "Project", rubric: Rubric) -> None:
        self._project = project
        self._rubric = rubric
        self._lineage = lineage(project, rubric)
        self._numbers = [one[0].version for one in project.rubrics.versions(rubric.name)]
        self._known: dict[str, frozenset[int]] = {}

    def versions(self, criterion: str) -> frozenset[int]:
        """The versions that ask the same question under this name."""
        if criterion not in self._known:
            same = (one for one in self._numbers if self._lineage.is_same(criterion, one))
            self._known[criterion] = frozenset(same)
        return self._known[criterion]

    def counts(self, criterion: str, version: int) -> bool:
        """Whether what was said to that version is said to the present question."""
        return version in self.versions(criterion)

    def table(
        self, criterion: str, run: str = "", *, round: str = "", before_reveal: bool = False
    ) -> AnswerTable:
        """As `RatingRepository.table`, of the present question; ``reworded`` says how many answers
        were left out.
        """
        return self._project.ratings.table(
            self._rubric.name,
            criterion,
            run,
            round=round,
            before_reveal=before_reveal,
            versions=self.versions(criterion),
        )

    def rulings(self, criterion: str = "") -> Mapping[tuple[int, str], Ruling]:
        """(trace, criterion) → the ruling that stands, where it was made on the present question.

        Args:
            criterion: only on this one; empty for all.
        """
        found = self._project.rulings.current(self._rubric.name, criterion)
        return {
            place: ruling
            for place, ruling in found.items()
            if self.counts(place[1], ruling.version)
        }
