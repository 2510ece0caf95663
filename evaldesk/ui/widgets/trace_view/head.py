"""The strip above a trace: whose it is, and its figures as chips."""

from collections.abc import Sequence

from PySide6.QtWidgets import QSizePolicy, QWidget

from evaldesk.domain.trace import Trace
from evaldesk.services.reading.steps import Step
from evaldesk.ui.theme.tokens import Tokens
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.flow import FlowLayout
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.widgets.trace_view import figures

TIERS = {"critical": "bad", "important": "warn"}
STATUSES = {"error": "bad", "incomplete": "warn"}


class TraceHead(QWidget):
    """Who it is and the figures: ``A · alias Birch`` ``12 steps · 8.4 s · 3,112 tokens``."""

    def __init__(self, tokens: Tokens, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = tokens
        self._side = ""
        self._ink = ""
        self._flow = FlowLayout(self, between=4, least=80, centred=True)
        self._flow.setContentsMargins(16, 10, 16, 2)
        self.title = ElidedLabel("", kind="heading")
        self._flow.addWidget(self.title)
        self._chips: list[Chip] = []
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_trace(
        self,
        trace: Trace,
        steps: Sequence[Step],
        *,
        side: str = "",
        alias: str = "",
        hide_systems: bool = False,
        hide_scores: bool = False,
    ) -> None:
        """Show a trace's figures.

        Args:
            side: ``a`` or ``b`` in a pair.
            alias: said instead of the system's name.
            hide_systems: leave out run, system and cost, by which a system can be told.
            hide_scores: leave out the scores.
        """
        row = trace.row
        name = alias or ("" if hide_systems else row.system or row.run)
        title = " · ".join(part for part in (side.upper(), name) if part) or trace.scenario.key
        self.title.setText(title)
        self._side = side
        self._colour()
        chips: list[tuple[str, str]] = [(self._summary(trace, steps), "neutral")]
        if not side and not alias and not hide_systems and row.run and row.run != name:
            chips.append((row.run, "neutral"))
        if row.trial:
            chips.append((self.tr("trial {number}").format(number=row.trial + 1), "neutral"))
        if row.status in STATUSES:
            chips.append((row.status, STATUSES[row.status]))
        if not hide_scores:
            chips.extend(
                (f"{metric} {_score(score.value, score.label)}", _kind(metric, score.value))
                for metric, score in trace.scores.items()
            )
        if row.cost is not None and not hide_systems:
            chips.append((figures.cost(row.cost), "neutral"))
        self._show(chips)
        self.setAccessibleName(", ".join([title, *(text for text, _ in chips)]))

    def show_chips(self, title: str, chips: Sequence[tuple[str, str]], side: str) -> None:
        """Show a title in the colour of a side (``a`` to ``d``), and chips."""
        self.title.setText(title)
        self._side = side
        self._colour()
        self._show(chips)
        self.setAccessibleName(", ".join([title, *(text for text, _ in chips)]))

    def clear(self) -> None:
        """Show nothing."""
        self.title.setText("")
        self._show([])

    def set_tokens(self, tokens: Tokens) -> None:
        """Another theme."""
        self._tokens = tokens
        self._colour()

    def _colour(self) -> None:
        tokens = self._tokens
        ink = str(getattr(tokens, self._side)) if self._side else tokens.text
        if ink != self._ink:  # a style sheet takes longer than the whole rest of the strip
            self._ink = ink
            self.title.setStyleSheet(f"color: {ink};")

    def _summary(self, trace: Trace, steps: Sequence[Step]) -> str:
        number = sum(1 for step in steps if step.kind != "setup")
        parts = [
            self.tr("1 step")
            if number == 1
            else self.tr("{count} steps").format(count=figures.count(number))
        ]
        if trace.row.latency_ms is not None:
            parts.append(figures.duration(trace.row.latency_ms))
        tokens = [n for n in (trace.row.tokens_in, trace.row.tokens_out) if n is not None]
        if tokens:
            parts.append(self.tr("{count} tokens").format(count=figures.count(sum(tokens))))
        return " · ".join(parts)

    def _show(self, chips: Sequence[tuple[str, str]]) -> None:
        while len(self._chips) < len(chips):
            chip = Chip()
            self._chips.append(chip)
            self._flow.addWidget(chip)
        for index, chip in enumerate(self._chips):
            if index < len(chips):
                chip.show_text(*chips[index])
            chip.setVisible(index < len(chips))
        self._flow.invalidate()
        self.updateGeometry()


def _score(value: float | None, label: str | None) -> str:
    return figures.figure(value) if value is not None else label or "—"


def _kind(metric: str, value: float | None) -> str:
    """Green and red only where 0 and 1 mean fail and pass; any other score has no good end."""
    if metric in ("pass", "reward", "correct", "accuracy") and value is not None:
        return "ok" if value >= 1 else "bad" if value <= 0 else "warn"
    return "neutral"
