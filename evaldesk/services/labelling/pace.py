"""How long a rater's items took: what is usual for them, and which items stand out.

For the rater alone; what their owner sees is the distribution of a round without names.
"""

import math
import statistics
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from evaldesk.services.labelling.review_queue import DONE, ReviewQueue

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

FEWEST = 12
"""Below so many items that were handed in, nothing is called unusual."""
CUT = 3.5
"""Modified z-score from which on an item stands out (Iglewicz and Hoaglin 1993)."""
LEAST_FACTOR = 2.0
"""An item never stands out that took over half the usual time and under twice."""
Unusual = Literal["", "fast", "slow"]


@dataclass(frozen=True, slots=True)
class Pace:
    """Times of a rater's items.

    Attributes:
        seconds: item → active seconds, handed in or not.
        usual: median of those that were handed in; None where there are none.
        fast, slow: an item below or above stands out; None where there are too few to say.
    """

    seconds: dict[int, float] = field(default_factory=dict)
    usual: float | None = None
    fast: float | None = None
    slow: float | None = None

    def unusual(self, item: int) -> Unusual:
        """Whether an item took far less or far more time than is usual for this rater."""
        spent = self.seconds.get(item)
        if spent is None or self.fast is None or self.slow is None:
            return ""
        return "fast" if spent < self.fast else "slow" if spent > self.slow else ""


@dataclass(frozen=True, slots=True)
class Today:
    """What a rater did since midnight.

    Attributes:
        items: ratings submitted. seconds: of active time.
    """

    items: int = 0
    seconds: float = 0.0


def pace(project: "Project", queue: ReviewQueue) -> Pace:
    """The pace of the queue's own rater."""
    rubric, within = queue.place
    spent = project.work_times.of_rater(rubric, queue.rater, round=within)
    items = {(-pk if reading else pk): seconds for (pk, reading), seconds in spent.items()}
    done = {item: one for item, one in items.items() if queue.state(item) in DONE}
    return replace(pace_of(done), seconds=items)


def pace_of(seconds: Mapping[int, float]) -> Pace:
    """Limits on the scale of logarithms, where times are about symmetric: the median, and
    ``CUT`` times the median absolute deviation (times 1.4826, which makes it a standard deviation
    of normal values) to either side, but at least a factor of ``LEAST_FACTOR``.

    Args:
        seconds: item → active seconds; times of 0 are left out.
    """
    measured = {item: one for item, one in seconds.items() if one > 0}
    if not measured:
        return Pace()
    logs = [math.log(one) for one in measured.values()]
    middle = statistics.median(logs)
    usual = statistics.median(measured.values())
    if len(logs) < FEWEST:
        return Pace(measured, usual)
    deviation = 1.4826 * statistics.median(abs(one - middle) for one in logs)
    reach = max(CUT * deviation, math.log(LEAST_FACTOR))
    return Pace(measured, usual, math.exp(middle - reach), math.exp(middle + reach))


def today(project: "Project", rater: str, now: datetime) -> Today:
    """What this rater did since midnight.

    Args:
        now: with the time zone that midnight is of.
    """
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
    since = midnight.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return Today(*project.work_times.since(rater, since))
