"""One round: how far its raters are, what it found, how its items were chosen."""

from statistics import median

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from evaldesk.domain.estimate import Estimate
from evaldesk.domain.round import Round
from evaldesk.services.rounds.overview import RoundFindings, RoundOverview
from evaldesk.ui.screens.rounds.pair_cards import PairCards
from evaldesk.ui.theme.apply import current_tokens
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.chip import Chip
from evaldesk.ui.widgets.figures import clock, estimate_detail, estimate_text, local_time
from evaldesk.ui.workspace import Workspace

_FEWEST_BARS = 10
_MOST_SKIPS = 50
"""Scenarios that are named; a list that one reads."""
_RIGHT = Qt.AlignmentFlag.AlignRight
_LEFT = Qt.AlignmentFlag.AlignLeft


class RoundPage(QScrollArea):
    """Shows a round; its buttons tell the page.

    Signals:
        rate_wanted(), reveal_wanted(), close_wanted(): a button was pressed.
    """

    rate_wanted = Signal()
    reveal_wanted = Signal()
    close_wanted = Signal()

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = ""
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inner = QWidget()
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(24, 20, 24, 24)
        self._column.setSpacing(14)
        head = QHBoxLayout()
        head.setSpacing(8)
        self.title = text_label("", "title")
        self.kind, self.state = Chip(), Chip()
        for widget in (self.title, self.kind, self.state):
            head.addWidget(widget)
        head.addStretch(1)
        self.rate_button = ActionButton(self.tr("Rate"), kind="primary")
        self.reveal_button = ActionButton(self.tr("Reveal …"))
        self.close_button = ActionButton(self.tr("Close …"))
        for button, signal in (
            (self.rate_button, self.rate_wanted),
            (self.reveal_button, self.reveal_wanted),
            (self.close_button, self.close_wanted),
        ):
            button.clicked.connect(signal)
            head.addWidget(button)
        self._column.addLayout(head)
        self.about = text_label("", "muted", wrap=True)
        self._column.addWidget(self.about)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(14)
        self._column.addLayout(self._cards)
        self._found = QVBoxLayout()
        self._found.setSpacing(14)
        self.pair_cards = PairCards(workspace)
        self._column.addWidget(self.pair_cards)
        self._column.addLayout(self._found)
        self._column.addStretch(1)
        self.setWidget(inner)

    def show_round(self, one: RoundOverview, person: str) -> None:
        """Another round, before what it found is known."""
        found = one.round
        kinds = {
            "training": self.tr("training"),
            "calibration": self.tr("calibration"),
            "main": self.tr("main"),
            "re-review": self.tr("re-review"),
            "pairwise": self.tr("pairs"),
        }
        states = {
            "open": (self.tr("open"), "accent"),
            "revealed": (self.tr("revealed"), "warn"),
            "closed": (self.tr("closed"), "neutral"),
        }
        self.title.setText(found.name)
        self.kind.show_text(kinds[found.kind])
        self.state.show_text(*states[found.state])
        about = self.tr("{rubric}, version {version} · {items} items · {raters} · {author}, {when}")
        if found.kind == "pairwise":
            about = self.tr(
                "{rubric}, version {version} · {items} pairs · {raters} · {author}, {when}"
            )
        self._name = found.name
        self.pair_cards.show_findings(found.name, ())
        self.about.setText(
            about.format(
                rubric=found.rubric,
                version=found.version,
                items=f"{found.items:,}",
                raters=", ".join(found.raters),
                author=found.author,
                when=local_time(found.created_at),
            )
            + (f"\n{found.note}" if found.note else "")
        )
        self.rate_button.setVisible(person in found.raters and found.state != "closed")
        # Preferences are not discussed and given again.
        open_ = found.state == "open" and found.kind != "pairwise"
        self.reveal_button.setVisible(open_ and not one.blind)
        self.close_button.setVisible(found.state != "closed" and not one.blind)
        _empty(self._cards)
        _empty(self._found)
        self._cards.addWidget(self._progress(one))
        self._cards.addWidget(self._plan(found))

    def show_findings(self, found: RoundFindings) -> None:
        """What the round found."""
        _empty(self._found)
        self.pair_cards.show_findings(self._name, found.pairs)
        if found.flags:
            self._found.addWidget(self._flags(found))
        if found.skips:
            self._found.addWidget(self._skips(found))
        if found.estimates:
            self._found.addWidget(self._estimates(found))
        if found.suggestions:
            self._found.addWidget(self._suggestions(found))
        if found.agreement:
            self._found.addWidget(self._agreement(found))
        if found.seconds:
            self._found.addWidget(self._times(found))

    def _progress(self, one: RoundOverview) -> Card:
        card = Card(self.tr("Progress"), f"{one.done:,} / {one.assigned:,}")
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setColumnStretch(1, 1)
        for row, rater in enumerate(one.progress):
            bar = QProgressBar()
            bar.setTextVisible(False)
            bar.setRange(0, max(rater.assigned, 1))
            bar.setValue(rater.done)
            words = [f"{rater.done:,} / {rater.assigned:,}"]
            for state, text in (
                ("draft", self.tr("{n} begun")),
                ("skipped", self.tr("{n} skipped")),
                ("flagged", self.tr("{n} flagged")),
            ):
                count = rater.states.get(state, 0)  # type: ignore[call-overload]
                if count:
                    words.append(text.format(n=f"{count:,}"))
            bar.setAccessibleName(f"{rater.rater}: {', '.join(words)}")
            grid.addWidget(text_label(rater.rater), row, 0)
            grid.addWidget(bar, row, 1)
            grid.addWidget(text_label(" · ".join(words), "muted"), row, 2, _RIGHT)
        card.body.addLayout(grid)
        if one.blind:
            text = self.tr(
                "You still have items to rate here, so you see only how far you are yourself."
            )
            card.body.addWidget(text_label(text, "muted", wrap=True))
        return card

    def _plan(self, found: Round) -> Card:
        card = Card(self.tr("How its items were chosen"))
        plan = found.plan
        lines = []
        sample = plan.get("sample")
        if sample is None:
            lines.append(self.tr("Everything that fits."))
        else:
            lines.append(self.tr("{n} drawn.").format(n=f"{sample:,}"))
        if plan.get("pairs"):
            words = self.tr("Compared: {runs}.")
            lines.append(words.format(runs=", ".join(plan["pairs"])))
        for key, words in (
            ("run", self.tr("Of the run {value}.")),
            ("where", self.tr("Of what fits {value}.")),
            ("stratify", self.tr("In strata by {value}.")),
            ("certain", self.tr("Always taken: {value}.")),
            ("everyone", self.tr("Rated by all: {value}.")),
        ):
            if plan.get(key):
                lines.append(words.format(value=plan[key]))
        if plan.get("oversample"):
            words = self.tr("{factor} times as readily: {value}.")
            value = ", ".join(plan["oversample"])
            lines.append(words.format(factor=f"{plan.get('factor', 1):g}", value=value))
        if plan.get("per_item", 1) > 1:
            words = self.tr("{n} raters on {share} of the items.")
            share = f"{plan.get('overlap', 1.0):.0%}"
            lines.append(words.format(n=plan["per_item"], share=share))
        lines.append(self.tr("Seed {n}.").format(n=plan.get("seed", 0)))
        if found.rules.suggest:
            lines.append(self.tr("Suggested: {what}.").format(what=found.rules.suggest))
        if not found.rules.hide_systems:
            lines.append(self.tr("Systems are shown to raters."))
        card.body.addWidget(text_label(" ".join(lines), wrap=True))
        return card

    def _estimates(self, found: RoundFindings) -> Card:
        card = Card(
            self.tr("Estimates for all that could be drawn"),
            self.tr("weighted by each item's probability"),
        )
        grid = _grid(
            (self.tr("Criterion"), self.tr("Answer"), self.tr("Weighted"), self.tr("Answered"))
        )
        row = 1
        for one in found.estimates:
            for share in one.shares:
                is_share = share.point != "mean"
                label = text_label(estimate_text(share.estimate, as_percent=is_share))
                label.setToolTip(estimate_detail(share.estimate))
                texts = (one.criterion, share.point)
                for place, words in enumerate(texts):
                    grid.addWidget(text_label(words), row, place)
                grid.addWidget(label, row, 2, _RIGHT)
                answered = f"{one.answered:,} / {one.items:,}"
                grid.addWidget(text_label(answered, "muted"), row, 3, _RIGHT)
                row += 1
        card.body.addLayout(grid)
        for one in found.estimates:
            if one.reworded:
                words = self.tr("{criterion}: answers to another wording left out: {n}.")
                words = words.format(criterion=one.criterion, n=f"{one.reworded:,}")
                card.body.addWidget(text_label(words, "muted", wrap=True))
        return card

    def _agreement(self, found: RoundFindings) -> Card:
        card = Card(self.tr("Agreement"), self.tr("Krippendorff's alpha, 95 %"))
        before = {one.criterion: one for one in found.before}
        head = [self.tr("Criterion")]
        if before:
            head += [self.tr("Before the reveal"), self.tr("After")]
        else:
            head.append(self.tr("As it stands"))
        grid = _grid((*head, self.tr("Shared items")))
        for row, one in enumerate(found.agreement, 1):
            cells: list[Estimate] = [one.alpha]
            if before:
                cells.insert(0, before[one.criterion].alpha)
            grid.addWidget(text_label(one.criterion), row, 0)
            for place, estimate in enumerate(cells, 1):
                label = text_label(estimate_text(estimate))
                label.setToolTip(estimate_detail(estimate))
                grid.addWidget(label, row, place, _RIGHT)
            shared = text_label(f"{one.pairable_units:,}", "muted")
            grid.addWidget(shared, row, len(cells) + 1, _RIGHT)
        card.body.addLayout(grid)
        return card

    def _suggestions(self, found: RoundFindings) -> Card:
        card = Card(
            self.tr("Suggestions that were changed"), self.tr("of the answers that stand, 95 %")
        )
        grid = _grid((self.tr("Criterion"), self.tr("Rater"), self.tr("Changed"), self.tr("n")))
        for row, one in enumerate(found.suggestions, 1):
            label = text_label(estimate_text(one.changed, as_percent=True))
            label.setToolTip(estimate_detail(one.changed))
            everybody = not one.rater
            grid.addWidget(text_label(one.criterion if everybody else ""), row, 0)
            grid.addWidget(text_label(one.rater or self.tr("all raters")), row, 1)
            grid.addWidget(label, row, 2, _RIGHT)
            grid.addWidget(text_label(f"{one.changed.n:,}", "muted"), row, 3, _RIGHT)
        card.body.addLayout(grid)
        said = self.tr(
            "A rate near 0 % can mean that the suggestions are good, or that they are taken "
            "unread: compare with items that were rated without them."
        )
        card.body.addWidget(text_label(said, "muted", wrap=True))
        return card

    def _flags(self, found: RoundFindings) -> Card:
        card = Card(self.tr("Flagged for the adjudicator"), f"{len(found.flags):,}")
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setColumnStretch(2, 1)
        for row, (scenario, rater, note) in enumerate(found.flags):
            for place, words in enumerate((scenario, rater, note)):
                kind = "muted" if place == 1 else ""
                grid.addWidget(text_label(words, kind, wrap=place == 2), row, place)
        card.body.addLayout(grid)
        return card

    def _skips(self, found: RoundFindings) -> Card:
        card = Card(self.tr("Skipped and still open"), f"{len(found.skips):,}")
        # One line a scenario: what several put off says more than what one did.
        raters: dict[str, list[str]] = {}
        for scenario, rater in found.skips:
            raters.setdefault(scenario, []).append(rater)
        grid = QGridLayout()
        grid.setHorizontalSpacing(14)
        grid.setColumnStretch(1, 1)
        worst = sorted(raters.items(), key=lambda one: (-len(one[1]), one[0]))
        for row, (scenario, names) in enumerate(worst[:_MOST_SKIPS]):
            grid.addWidget(text_label(scenario), row, 0)
            grid.addWidget(text_label(", ".join(names), "muted", wrap=True), row, 1)
        card.body.addLayout(grid)
        if len(worst) > _MOST_SKIPS:
            more = self.tr("and {n} more").format(n=f"{len(worst) - _MOST_SKIPS:,}")
            card.body.addWidget(text_label(more, "muted"))
        return card

    def _times(self, found: RoundFindings) -> Card:
        card = Card(self.tr("Time"), self.tr("active time, pauses left out"))
        seconds = found.seconds
        low, high = (seconds[int(share * (len(seconds) - 1))] for share in (0.1, 0.9))
        text = self.tr("Median {median}; eight of ten from {low} to {high}; {n} ratings.").format(
            median=clock(median(seconds)), low=clock(low), high=clock(high), n=f"{len(seconds):,}"
        )
        card.body.addWidget(text_label(text, wrap=True))
        if len(seconds) >= _FEWEST_BARS:
            # Late: charts take a while to load, and few rounds have times.
            from evaldesk.ui.charts.times import TimesChart

            chart = TimesChart(current_tokens())
            chart.show_times(
                seconds,
                caption=self.tr("active time of a rating, n = {n}").format(n=f"{len(seconds):,}"),
                tick_text=clock,
                description=text,
            )
            card.body.addWidget(chart)
        return card


def _grid(head: tuple[str, ...]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(18)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    for place, words in enumerate(head):
        side = _RIGHT if place >= len(head) - 2 or (place and len(head) == 3) else _LEFT
        grid.addWidget(text_label(words, "small"), 0, place, side)
    return grid


def _empty(layout: QVBoxLayout) -> None:
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.deleteLater()
