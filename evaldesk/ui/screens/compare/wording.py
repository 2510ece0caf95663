"""A comparison in words: every figure with its n, its interval and how it was made."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from evaldesk.domain.comparison import Comparison, SliceComparison
from evaldesk.domain.estimate import Estimate
from evaldesk.domain.rubric import Direction
from evaldesk.ui.widgets.figures import MINUS, NONE

_UNITS = {"latency_ms": "ms", "tokens_in": "", "tokens_out": "", "cost": ""}
_METHODS = ("mean paired difference, ", "paired difference, ", "mean, ")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Compare", text)


@dataclass(frozen=True, slots=True)
class Wording:
    """How the values of one metric are written.

    Attributes:
        rate: values are shares: percent, and percentage points for differences.
        binary: every value is 0 or 1, so that a single pair is written as 1 → 0.
        large: the greatest absolute value, which decides how many digits are worth writing.
    """

    metric: str
    rate: bool
    binary: bool
    large: float

    @classmethod
    def of(cls, found: Comparison, rate: bool) -> "Wording":
        """For a comparison."""
        values = [abs(value) for pair in found.pairs for value in (pair.a, pair.b)]
        return cls(found.metric, rate, found.binary, max(values, default=1.0))

    @property
    def unit(self) -> str:
        """What stands after a value: `` %``, `` ms`` or nothing."""
        if self.rate:
            return " %"
        unit = _UNITS.get(self.metric, "")
        return f" {unit}" if unit else ""

    @property
    def difference_unit(self) -> str:
        """What stands after a difference."""
        return " pp" if self.rate else self.unit

    def bare(self, value: float) -> str:
        """A value without its unit."""
        if self.rate:
            return f"{100 * value:.1f}".replace("-", MINUS)
        digits = 0 if self.large >= 1000 else 1 if self.large >= 100 else 2
        if self.large < 1:
            digits = 3
        return f"{value:,.{digits}f}".replace("-", MINUS)

    def value(self, value: float | None) -> str:
        """A value with its unit."""
        return NONE if value is None else f"{self.bare(value)}{self.unit}"

    def pair(self, a: float, b: float) -> str:
        """Two values of one scenario: ``1 → 0``."""
        if self.binary:
            return f"{a:.0f} → {b:.0f}"
        return f"{self.bare(a)} → {self.bare(b)}"

    def signed(self, value: float | None) -> str:
        """A difference with its sign and unit."""
        return NONE if value is None else f"{self.sign(value)}{self.difference_unit}"

    def sign(self, value: float) -> str:
        """A difference with its sign."""
        text = self.bare(value)
        if not text.strip("0.," + MINUS):
            return text.removeprefix(MINUS)
        return text if text.startswith(MINUS) else f"+{text}"

    def tick(self, value: float) -> str:
        """A value of the difference's axis."""
        shown = 100 * value if self.rate else value
        text = f"{shown:,.3f}".rstrip("0").rstrip(".").replace("-", MINUS)
        if text == f"{MINUS}0":
            return "0"
        return text if text in ("0", "") or text.startswith(MINUS) else f"+{text}"

    def interval(self, estimate: Estimate) -> str:
        """``[67.8, 83.0]``; empty where there is none."""
        if estimate.low is None or estimate.high is None:
            return ""
        low, high = self.bare(estimate.low), self.bare(estimate.high)
        # A comma between thousands must not look like the one between the ends.
        return f"[{low}; {high}]" if self.large >= 1000 else f"[{low}, {high}]"

    def difference(self, estimate: Estimate) -> str:
        """A difference with its interval, or why there is none."""
        if estimate.value is None:
            return reason(estimate)
        ends = self.interval(estimate)
        why = reason(estimate).removeprefix("no interval: ")
        return f"{self.signed(estimate.value)} {ends or f'· {why}'}"

    def side(self, estimate: Estimate, *, binary: bool) -> str:
        """``90 of 118 [67.8, 83.0] Wilson`` below the value of one run."""
        if estimate.value is None:
            return reason(estimate)
        n = estimate.n or 0
        if binary:
            about = _tr("{count} of {n}").format(count=f"{round(estimate.value * n):,}", n=f"{n:,}")
        else:
            about = _tr("mean of {n}").format(n=f"{n:,}")
        ends = self.interval(estimate) or reason(estimate)
        return " ".join(part for part in (about, ends, method(estimate)) if part)


def method(estimate: Estimate) -> str:
    """How an interval was made, without what the card says already."""
    text = estimate.method or ""
    for start in _METHODS:
        text = text.removeprefix(start)
    return "" if estimate.low is None else text.replace(" score interval", "")


def test_name(test: str | None) -> str:
    """The name of a test, as short as a card needs it."""
    return (test or "").replace("permutation over pairs", "test")


def reason(estimate: Estimate) -> str:
    """Why there is no value or no interval."""
    return (estimate.undefined_reason or "").removeprefix("undefined: ")


def p_number(p: float | None) -> str:
    """``0.013``; empty where there is none."""
    if p is None:
        return ""
    return "< 0.001" if p < 0.001 else f"{p:.3f}" if p < 0.1 else f"{p:.2f}"


def p_text(p: float | None) -> str:
    """``p 0.013``; empty where there is none."""
    return "" if p is None else f"p {p_number(p)}"


def tone(estimate: Estimate, direction: Direction) -> str:
    """``ok`` where B is better and chance is no explanation, ``bad`` where A is, else neutral."""
    low, high = estimate.low, estimate.high
    if low is None or high is None or direction == "none" or low <= 0 <= high:
        return "neutral"
    up = low > 0
    return "ok" if up != (direction == "lower") else "bad"


def slice_detail(part: SliceComparison, words: Wording) -> str:
    """What hovering over a row of the forest plot shows."""
    lines = [
        f"{part.name}: {part.value}",
        f"A  {words.value(part.a.value)} {words.interval(part.a)}",
        f"B  {words.value(part.b.value)} {words.interval(part.b)}",
        _tr("B minus A  {difference}").format(difference=words.difference(part.difference)),
        _tr("{wins} better · {ties} equal · {losses} worse · {n} pairs").format(
            wins=part.wins, ties=part.ties, losses=part.losses, n=part.pairs
        ),
    ]
    if part.p_value is not None:
        lines.append(
            _tr("{p}, adjusted {adjusted}").format(
                p=p_text(part.p_value), adjusted=p_text(part.p_adjusted)
            )
        )
    return "\n".join(lines)
