"""One rater's queue: its items, how far each is, and which comes next.

An item is the row number of its trace; where a round puts a trace before a rater a second time,
that is another item: the negative number.
"""

from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from evaldesk.domain.round import Round
from evaldesk.domain.rubric import Rubric

State = Literal["pending", "draft", "submitted", "skipped", "flagged"]
HANDED: frozenset[State] = frozenset({"submitted", "skipped", "flagged"})
"""States that a rating was handed in as."""
DONE: frozenset[State] = frozenset({"submitted", "flagged"})
"""States that a rater has nothing more to do about. What was skipped comes again at the end."""


def trace_of(item: int) -> int:
    """The trace of an item of a queue. An item is the row number of its trace; where a round puts
    a trace before a rater a second time, that is another item: the negative number.
    """
    return abs(item)


def reading_of(item: int) -> int:
    """0, or 1 where the item is a hidden repeat."""
    return int(item < 0)


def state_after(value: Any) -> State:
    """The state that a step of `SUBMISSION` leads to."""
    return value if value in HANDED else "draft"


@dataclass(slots=True)
class ReviewQueue:
    """What one rater goes through with one rubric.

    Attributes:
        rubric: the version that is answered.
        rater: whose queue it is.
        pks: its items (`trace_of`), in the order they are offered.
        progress: item → (state, number of criteria answered); only those that this rater has
            touched, and only this rater's.
        round: that assigned them; None for everything there is.
    """

    rubric: Rubric
    rater: str
    pks: "array[int]"
    progress: dict[int, tuple[State, int]] = field(default_factory=dict)
    round: Round | None = None
    _places: dict[int, int] = field(default_factory=dict)
    _counts: Counter[State] = field(default_factory=Counter)
    _counted: bool = False

    def __len__(self) -> int:
        return len(self.pks)

    def count(self, state: State) -> int:
        """How many of its items are in that state; not for ``pending``."""
        if not self._counted:
            places = self.places
            self._counts = Counter(
                state for pk, (state, _) in self.progress.items() if pk in places
            )
            self._counted = True
        return self._counts[state]

    @property
    def submitted(self) -> int:
        """How many of its items are submitted."""
        return self.count("submitted")

    @property
    def left(self) -> int:
        """How many of its items the rater still has something to do about."""
        return len(self.pks) - sum(self.count(state) for state in DONE)

    @property
    def read_only(self) -> bool:
        """Whether nothing more is answered: the round is closed."""
        return self.round is not None and self.round.state == "closed"

    def is_settled(self, pk: int) -> bool:
        """Whether an item stays as it is: its gold answer was told, or nothing is answered."""
        told = self.round is not None and self.round.rules.feedback
        return self.read_only or (told and self.state(pk) == "submitted")

    @property
    def place(self) -> tuple[str, str]:
        """The rubric's and the round's name; what an answer is kept under, with its rater."""
        return self.rubric.name, self.round.name if self.round is not None else ""

    @property
    def places(self) -> Mapping[int, int]:
        """Trace → its place in the queue."""
        if len(self._places) != len(self.pks):
            self._places = {pk: place for place, pk in enumerate(self.pks)}
        return self._places

    def state(self, pk: int) -> State:
        """How far the rating of a trace is."""
        found = self.progress.get(pk)
        return "pending" if found is None else found[0]

    def answered(self, pk: int) -> int:
        """How many criteria of a trace are answered."""
        found = self.progress.get(pk)
        return 0 if found is None else found[1]

    def note(self, pk: int, state: State, answered: int) -> None:
        """Keep up with what was just answered or submitted; on the whole queue, not a part."""
        if self._counted and pk in self.places:
            self._counts[self.state(pk)] -= 1
            self._counts[state] += 1
        if state == "pending":
            self.progress.pop(pk, None)
        else:
            self.progress[pk] = (state, answered)

    def next_pending(self, after: int | None = None) -> int | None:
        """The first item behind this one that is open, going round at the end; then what was
        skipped. None where all are done.
        """
        start = self.places.get(after, -1) + 1 if after is not None else 0
        skipped: int | None = None
        for place in _round(start, len(self.pks)):
            pk = self.pks[place]
            state = self.state(pk)
            if pk == after or state in DONE:
                continue
            if state != "skipped":
                return pk
            skipped = pk if skipped is None else skipped
        if after is None or after not in self.places:
            return skipped
        here = self.state(after)
        if here not in HANDED or (here == "skipped" and skipped is None):
            return after
        return skipped

    def neighbour(self, pk: int | None, step: int) -> int | None:
        """The trace so many places further; None beyond either end."""
        if not self.pks:
            return None
        place = self.places.get(pk) if pk is not None else None
        if place is None:
            return self.pks[0 if step > 0 else -1]
        place += step
        return self.pks[place] if 0 <= place < len(self.pks) else None


def _round(start: int, length: int) -> Iterator[int]:
    yield from range(start, length)
    yield from range(min(start, length))
