"""p values that know how many there are."""

import numpy as np
from numpy.typing import ArrayLike

from evaldesk.stats.ratings import Floats


def _checked(p_values: ArrayLike) -> tuple[Floats, Floats]:
    p = np.asarray(p_values, dtype=np.float64)
    known = p[~np.isnan(p)]
    if p.ndim != 1 or (known < 0.0).any() or (known > 1.0).any():
        raise ValueError("p values must be a list of numbers from 0 to 1")
    return p, known


def benjamini_hochberg(p_values: ArrayLike) -> Floats:
    """Adjusted p values that hold the false discovery rate: for exploring slices.

    Args:
        p_values: (k,) NaN where a test was not possible; it does not count as a test.

    Returns:
        (k,) adjusted, NaN where it was.

    Source: Benjamini and Hochberg 1995, JRSS B 57, 289–300.
    """
    p, known = _checked(p_values)
    out = np.full_like(p, np.nan)
    order = np.argsort(known, kind="stable")
    steps = known[order] * known.size / np.arange(1, known.size + 1)
    adjusted = np.empty_like(known)
    # the least of one's own step and those of all greater p values
    adjusted[order] = np.minimum(1.0, np.minimum.accumulate(steps[::-1])[::-1])
    out[~np.isnan(p)] = adjusted
    return out


def holm(p_values: ArrayLike) -> Floats:
    """Adjusted p values that hold the chance of any false finding: for a gate's criteria.

    Args:
        p_values: (k,) NaN where a test was not possible; it does not count as a test.

    Returns:
        (k,) adjusted, NaN where it was.

    Source: Holm 1979, Scandinavian Journal of Statistics 6, 65–70.
    """
    p, known = _checked(p_values)
    out = np.full_like(p, np.nan)
    order = np.argsort(known, kind="stable")
    steps = (known.size - np.arange(known.size)) * known[order]
    adjusted = np.empty_like(known)
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    out[~np.isnan(p)] = adjusted
    return out
