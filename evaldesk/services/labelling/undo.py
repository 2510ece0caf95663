"""What a rater did, step by step, so that it can be undone."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from evaldesk.domain.rubric import Given

Value = Given
Answers = Mapping[str, Value]
"""Field → value: criteria by name, and comment, failure modes and severity."""

SUBMISSION = "#submission"
"""The field of a step that submitted or reopened a rating."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a rater did, and what stood before.

    Attributes:
        trace_pk: where.
        name: the field, or `SUBMISSION`, whose values are the states.
        before: value before; None for no answer.
        after: value after; None for no answer.
        said_before: comment on the answer before; empty for none.
        said_after: comment on the answer after.
        source_before: where the value before came from; empty for the rater's own.
        source_after: where the value after comes from.
        also: what came with it, such as answers taken back that are not asked for any more. It is
            done and undone together with it.
    """

    trace_pk: int
    name: str
    before: Value | None
    after: Value | None
    said_before: str = ""
    said_after: str = ""
    source_before: str = ""
    source_after: str = ""
    also: tuple["Step", ...] = ()

    def back(self) -> "Step":
        """The step that undoes this one."""
        return replace(
            self,
            before=self.after,
            after=self.before,
            said_before=self.said_after,
            said_after=self.said_before,
            source_before=self.source_after,
            source_after=self.source_before,
            also=tuple(step.back() for step in reversed(self.also)),
        )

    @property
    def parts(self) -> tuple["Step", ...]:
        """The step itself, and all that came with it."""
        return (self, *self.also)

    @property
    def changes(self) -> bool:
        """Whether it makes any difference."""
        return self.before != self.after or self.said_before != self.said_after

    @property
    def only_said(self) -> bool:
        """Whether only the comment on an answer changed."""
        return self.before == self.after and self.name != SUBMISSION


class History:
    """Undo and redo across items, for as long as a rater sits at the queue.

    Undoing appends the value that stood before; nothing is ever deleted.
    """

    def __init__(self) -> None:
        self._done: list[Step] = []
        self._undone: list[Step] = []

    def record(self, step: Step, *, typing: bool = False) -> None:
        """Remember a step.

        Args:
            typing: it goes on with the text that the step before wrote, so that one undo takes
                back what was typed and not the last few letters of it.
        """
        self._undone.clear()
        last = self._done[-1] if self._done else None
        if (
            typing
            and last
            and (last.trace_pk, last.name, last.only_said)
            == (step.trace_pk, step.name, step.only_said)
        ):
            step = replace(
                step,
                before=last.before,
                said_before=last.said_before,
                source_before=last.source_before,
                also=(*last.also, *step.also),
            )
            self._done.pop()
        if step.changes:
            self._done.append(step)

    def undo(self) -> Step | None:
        """The step to apply now; None where there is nothing to undo."""
        if not self._done:
            return None
        step = self._done.pop()
        self._undone.append(step)
        return step.back()

    def redo(self) -> Step | None:
        """The step to apply now; None where nothing was undone."""
        if not self._undone:
            return None
        step = self._undone.pop()
        self._done.append(step)
        return step

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return bool(self._undone)
