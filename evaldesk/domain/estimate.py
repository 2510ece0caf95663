"""A number is never shown alone: its interval, its n and how it was made go with it."""

from dataclasses import dataclass
from typing import TypedDict


class EstimateJson(TypedDict):
    """The JSON shape of an estimate, fixed by the command line's contract."""

    value: float | None
    low: float | None
    high: float | None
    level: float | None
    n: int | None
    method: str | None
    seed: int | None
    undefined_reason: str | None


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, or the reason why there is none.

    Attributes:
        value: the point estimate; None where it is undefined.
        low: lower end of the interval, in the units of ``value``.
        high: upper end of the interval.
        level: confidence level of the interval, such as 0.95.
        n: how many units the value stands on.
        method: how value and interval were computed, such as ``Wilson``.
        seed: of the resampling, where there was any.
        undefined_reason: why value or interval is missing, in words; None where nothing is.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    level: float | None = 0.95
    n: int | None = None
    method: str | None = None
    seed: int | None = None
    undefined_reason: str | None = None

    @classmethod
    def undefined(cls, reason: str, *, n: int = 0, method: str | None = None) -> "Estimate":
        """An estimate without a value, and why."""
        return cls(None, level=None, n=n, method=method, undefined_reason=reason)

    def to_json(self) -> EstimateJson:
        """The eight keys of the contract; what does not apply is None."""
        return {
            "value": self.value,
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "n": self.n,
            "method": self.method,
            "seed": self.seed,
            "undefined_reason": self.undefined_reason,
        }
