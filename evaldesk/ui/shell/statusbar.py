"""What always holds: who, which network, which encryption, what was kept, what is being done."""

import time
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from evaldesk.domain.identity import Role
from evaldesk.jobs.runner import Job, JobRunner
from evaldesk.ui.theme.measure import fix_height, fix_width
from evaldesk.ui.widgets.announcing import announce
from evaldesk.ui.widgets.card import text_label
from evaldesk.ui.widgets.label import ElidedLabel

if TYPE_CHECKING:
    from evaldesk.services.projects.roles import Place

HEIGHT = 26
_USER_WIDTH = 220
SHOW_WRITE_AFTER_MS = 2000
SHOW_READ_AFTER_MS = 100
MESSAGE_MS = 6000


class StatusBar(QWidget):
    """The bar at the bottom.

    Signals:
        user_clicked(): the person wants to be somebody else.
    """

    user_clicked = Signal()

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("statusbar")
        self.setProperty("surface", "pane")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        fix_height(self, HEIGHT)
        self.setAccessibleName(self.tr("Status"))
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 0, 14, 0)
        row.setSpacing(18)
        self.network = text_label("", "ok")
        self.encryption = text_label("")
        self.user = QPushButton()
        self.user.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.user.setToolTip(
            self.tr("Ratings and rulings are kept under this name; click to change")
        )
        self.user.clicked.connect(self.user_clicked)
        self.role = text_label("", "muted")
        self.signing = text_label("", "muted")
        self.saved = text_label("")
        self.working = JobProgress()
        self.message = ElidedLabel("")
        self.place = text_label("")
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for widget in (self.network, self.encryption):
            row.addWidget(widget)
        person = QHBoxLayout()
        person.setSpacing(8)
        person.addWidget(self.user)
        person.addWidget(self.role)
        person.addWidget(self.signing)
        row.addLayout(person)
        row.addWidget(self.saved)
        row.addWidget(self.working)
        row.addWidget(self.message, 1)
        row.addWidget(self.place)
        self._saved_at: float | None = None
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._show_saved)
        self._forget = QTimer(self)
        self._forget.setSingleShot(True)
        self._forget.setInterval(MESSAGE_MS)
        self._forget.timeout.connect(lambda: self.message.setText(""))
        jobs.started.connect(self.working.add)
        jobs.progressed.connect(self.working.show_progress)
        jobs.finished.connect(self.working.remove)

    def show_project(self, is_open: bool) -> None:
        """Another project, or none: nothing was kept in it yet."""
        self.show_facts("none", False)
        self.encryption.setVisible(is_open)
        self._saved_at = None
        self._clock.stop()
        self.saved.setText("")
        self.saved.setVisible(False)

    def show_facts(self, network: str, encrypted: bool) -> None:
        """What the project allows and how it lies on the disk."""
        self.network.setText("● " + network_text(self, network))
        self.encryption.setText(self.tr("Encrypted") if encrypted else self.tr("Not encrypted"))

    def show_user(self, name: str) -> None:
        """Who is at work."""
        short = self.user.fontMetrics().elidedText(name, Qt.TextElideMode.ElideRight, _USER_WIDTH)
        self.user.setText(short)
        self.user.setAccessibleName(self.tr("You are %1; change").replace("%1", name))

    def show_role(self, place: "Place | None") -> None:
        """What the person is to the project; nothing without one."""
        self.role.setVisible(place is not None)
        self.signing.setVisible(place is not None)
        if place is None:
            return
        self.role.setText(role_text(self, place.role))
        of_package = self.tr("This project was made of a package of %1.").replace(
            "%1", place.sender
        )
        self.role.setToolTip(
            of_package
            if place.of_package
            else self.tr("What you are to this project; Exchange lists whom it trusts, and as what")
        )

    def show_signed(self, signed: bool) -> None:
        """Whether what the person does is signed with their own key."""
        self.signing.setText(self.tr("signed") if signed else self.tr("not signed"))
        self.signing.setToolTip(
            self.tr("The log signs what you do with your key")
            if signed
            else self.tr("The log has your name only: your key is not open, or there is none")
        )

    def show_saved(self) -> None:
        """Something was kept just now."""
        self._saved_at = time.monotonic()
        self._show_saved()
        self._clock.start(1000)

    def say(self, text: str) -> None:
        """A short message; it goes by itself."""
        self.message.setText(text)
        announce(self, text)
        self._forget.start()

    def _show_saved(self) -> None:
        if self._saved_at is None:
            return
        seconds = int(time.monotonic() - self._saved_at)
        self.saved.setVisible(True)
        if seconds < 60:
            self.saved.setText(self.tr("Saved %1 s ago").replace("%1", str(seconds)))
        elif seconds < 3600:
            self.saved.setText(self.tr("Saved %1 min ago").replace("%1", str(seconds // 60)))
            self._clock.start(30_000)
        else:
            self.saved.setText(self.tr("Saved %1 h ago").replace("%1", str(seconds // 3600)))


class JobProgress(QWidget):
    """A word and a bar for the oldest job that takes long, with a button that cancels it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.text = text_label("")
        self.bar = QProgressBar()
        fix_width(self.bar, 120)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Progress"))
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.cancel.clicked.connect(self._cancel)
        for widget in (self.text, self.bar, self.cancel):
            row.addWidget(widget)
        self._jobs: dict[Job, float] = {}
        self._progress: dict[Job, tuple[float, float, str]] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(100)
        self._timer.timeout.connect(self._show)
        self.hide()

    @property
    def shown_job(self) -> Job | None:
        """The job that is shown: the oldest that has taken long enough."""
        now = time.monotonic()
        for job, begun in self._jobs.items():
            wait = SHOW_WRITE_AFTER_MS if job.kind == "write" else SHOW_READ_AFTER_MS
            if job.title:
                wait = SHOW_READ_AFTER_MS
            if (now - begun) * 1000 >= wait:
                return job
        return None

    def add(self, job: Job) -> None:
        """A job began."""
        self._jobs[job] = time.monotonic()
        if not self._timer.isActive():
            self._timer.start()

    def show_progress(self, job: Job, done: float, total: float, text: str) -> None:
        """A job told how far it is."""
        if job in self._jobs:
            self._progress[job] = (done, total, text)

    def remove(self, job: Job) -> None:
        """A job ended."""
        self._jobs.pop(job, None)
        self._progress.pop(job, None)
        if not self._jobs:
            self._timer.stop()
            self.hide()
        else:
            self._show()

    def _show(self) -> None:
        job = self.shown_job
        if job is None:
            self.hide()
            return
        done, total, text = self._progress.get(job, (0.0, 0.0, ""))
        long = (time.monotonic() - self._jobs[job]) * 1000 >= SHOW_WRITE_AFTER_MS or bool(job.title)
        words = text or job.title or self.tr("Working…")
        self.text.setText(words)
        self.bar.setRange(0, 1000 if total > 0 else 0)
        if total > 0:
            self.bar.setValue(int(1000 * min(done / total, 1.0)))
        self.bar.setVisible(long)
        self.cancel.setVisible(long)
        self.cancel.setEnabled(not job.cancelled)
        self.setAccessibleName(words)
        self.show()

    def _cancel(self) -> None:
        job = self.shown_job
        if job is not None:
            job.cancel()
            self.cancel.setEnabled(False)


def role_text(widget: QWidget, role: Role) -> str:
    """A role as it is shown."""
    return {
        "owner": widget.tr("owner"),
        "specialist": widget.tr("specialist"),
        "adjudicator": widget.tr("adjudicator"),
        "reviewer": widget.tr("reviewer"),
    }[role]


def network_text(widget: QWidget, policy: str) -> str:
    """A network policy as the status bar says it."""
    if policy == "loopback":
        return widget.tr("This machine only")
    if policy.startswith("allow:"):
        return widget.tr("Network: %1").replace("%1", policy.removeprefix("allow:"))
    return widget.tr("No network")
