"""What a person sets themselves for a day of labelling. It is theirs alone: it lies in their
preferences, and in no project.
"""

from dataclasses import asdict, dataclass
from typing import Literal

from evaldesk.settings.store import Settings

_KEY = "working_day"
GoalUnit = Literal["", "items", "minutes"]
MOST = 1440
_GOAL = 40


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A goal and breaks.

    Attributes:
        unit: of the goal; empty for no goal.
        goal: so many a day.
        break_after: minutes of work without a break after which a quiet line says so; 0 for never.
    """

    unit: GoalUnit = ""
    goal: int = _GOAL
    break_after: int = 0


def working_day(settings: Settings) -> WorkingDay:
    """What is kept; the defaults where it is damaged."""
    kept = settings.get(_KEY, {})
    if not isinstance(kept, dict):
        return WorkingDay()
    unit, goal, pause = (kept.get(name) for name in ("unit", "goal", "break_after"))
    return WorkingDay(
        unit if unit in ("items", "minutes") else "",
        min(goal, MOST) if isinstance(goal, int) and goal > 0 else _GOAL,
        min(pause, MOST) if isinstance(pause, int) and pause > 0 else 0,
    )


def keep_working_day(settings: Settings, chosen: WorkingDay) -> None:
    """Keep it."""
    settings.put(_KEY, asdict(chosen) if chosen != WorkingDay() else None)
