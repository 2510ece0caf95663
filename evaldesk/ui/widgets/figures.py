"""Numbers as a person reads them."""

from datetime import datetime

from evaldesk.domain.estimate import Estimate
from evaldesk.domain.wording import counted as counted

MINUS = "−"
NONE = "–"


def number(value: float, digits: int = 2) -> str:
    """A number with a real minus sign and no needless zeros after three digits."""
    if value == int(value) and abs(value) < 1e15:
        text = f"{int(value):,}"
    else:
        text = f"{value:,.{digits}f}"
    return text.replace("-", MINUS)


def percent(value: float, digits: int = 1) -> str:
    """A share as a percentage: 0.763 → ``76.3 %``."""
    return f"{100 * value:.{digits}f} %".replace("-", MINUS)


def interval(estimate: Estimate, *, as_percent: bool = False, digits: int = 2) -> str:
    """``[67.8, 83.0]``; empty where there is none."""
    if estimate.low is None or estimate.high is None:
        return ""
    if as_percent:
        ends = (f"{100 * end:.1f}" for end in (estimate.low, estimate.high))
    else:
        ends = (f"{end:.{digits}f}" for end in (estimate.low, estimate.high))
    return f"[{', '.join(ends)}]".replace("-", MINUS)


def estimate_text(estimate: Estimate, *, as_percent: bool = False) -> str:
    """Value and interval: ``76.3 % [67.8, 83.0]``; a dash where there is no value."""
    if estimate.value is None:
        return NONE
    value = percent(estimate.value) if as_percent else f"{estimate.value:.2f}".replace("-", MINUS)
    ends = interval(estimate, as_percent=as_percent)
    return f"{value} {ends}" if ends else value


def estimate_detail(estimate: Estimate) -> str:
    """n, method and level, or why there is no value: for a tooltip."""
    parts = []
    if estimate.undefined_reason:
        parts.append(estimate.undefined_reason)
    if estimate.n is not None:
        parts.append(f"n = {estimate.n:,}")
    if estimate.method:
        parts.append(estimate.method)
    if estimate.level is not None and estimate.low is not None:
        parts.append(f"{100 * estimate.level:g} %")
    return " · ".join(parts)


def local_time(stamp: str) -> str:
    """An ISO 8601 moment on this machine's clock: ``2026-11-23 12:40``; as it is where it is no
    such moment.
    """
    try:
        moment = datetime.fromisoformat(stamp)
    except ValueError:
        return stamp
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def clock(seconds: float) -> str:
    """Minutes and seconds: ``1:12``."""
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}"
