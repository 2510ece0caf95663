"""A rater's own time: this item's, their median, what they did today, and when a break is due."""

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from evaldesk.services.labelling import pace
from evaldesk.services.labelling.pace import Pace, Today, Unusual
from evaldesk.settings.working_day import working_day
from evaldesk.ui.widgets.figures import clock

if TYPE_CHECKING:
    from evaldesk.ui.screens.review.controller import ReviewController

_EVERY_MS = 5000


class MyTime(QObject):
    """Nobody but the rater sees any of it.

    Attributes:
        pace: of the queue in hand.

    Signals:
        changed(): other words. measured(): the pace was read again. break_due(minutes): of work
            without a break; 0 once there was one.
    """

    changed = Signal()
    measured = Signal()
    break_due = Signal(int)

    def __init__(self, desk: "ReviewController") -> None:
        super().__init__(desk)
        self._desk = desk
        self.pace = Pace()
        self._today = Today()
        self._since = 0
        self._due = False
        self._timer = QTimer(self)
        self._timer.setInterval(_EVERY_MS)
        self._timer.timeout.connect(self.tick)

    def forget(self) -> None:
        """Another queue or person."""
        self.pace, self._today = Pace(), Today()

    def run(self, on: bool) -> None:
        """Go on only while the screen is in sight."""
        if on:
            self._timer.start()
        else:
            self._timer.stop()

    def read(self) -> None:
        """Read how long items took, after what is on its way to the disk."""
        desk = self._desk
        project, queue = desk.workspace.project, desk.queue
        if project is None or queue is None:
            return
        now = datetime.now().astimezone()

        def done(found: tuple[Pace, Today]) -> None:
            if queue is desk.queue:
                self.pace, self._today = found
                self.measured.emit()
                self.changed.emit()

        desk.workspace.jobs.read(
            lambda control: (pace.pace(project, queue), pace.today(project, queue.rater, now)),
            done,
            lambda error: None,
            key="review-pace",
        )

    def add(self, item: int, seconds: float) -> None:
        """Keep up with what was just worked."""
        self._today = Today(self._today.items, self._today.seconds + seconds)
        self.pace.seconds[item] = self.pace.seconds.get(item, 0.0) + seconds

    def submitted(self) -> None:
        """One more was handed in. What is usual is read again now and then only."""
        self._today = Today(self._today.items + 1, self._today.seconds)
        self._since += 1
        if self._since >= max(5, len(self.pace.seconds) // 20):
            self._since = 0
            self.read()

    def unusual(self, item: int) -> Unusual:
        """Whether an item took far less or far more of the rater's time than is usual for them."""
        return self.pace.unusual(item)

    def tick(self) -> None:
        """Look at the clock."""
        chosen = working_day(self._desk.workspace.settings)
        minutes = self._desk.clock.stretch_s / 60.0
        due = chosen.break_after > 0 and minutes >= chosen.break_after
        if due or self._due:
            self._due = due
            self.break_due.emit(round(minutes) if due else 0)
        if self._desk.pk is not None:
            self.changed.emit()

    def words(self) -> str:
        """This item's time beside the median, and the goal of the day."""
        desk = self._desk
        if desk.pk is None or desk.queue is None:
            return ""
        before = self.pace.seconds.get(desk.pk, 0.0)
        parts = [desk.tr("this item {time}").format(time=clock(before + desk.clock.active_s))]
        if self.pace.usual is not None:
            parts[0] += desk.tr(", my median {time}").format(time=clock(self.pace.usual))
        chosen = working_day(desk.workspace.settings)
        if chosen.unit == "items":
            words = desk.tr("today {n} of {goal} items")
            parts.append(words.format(n=self._today.items, goal=chosen.goal))
        elif chosen.unit == "minutes":
            words = desk.tr("today {n} of {goal} min")
            done = (self._today.seconds + desk.clock.active_s) / 60.0
            parts.append(words.format(n=int(done), goal=chosen.goal))
        return " · ".join(parts)
