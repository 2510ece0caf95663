"""Means of cases that are not independent: questions about one document, turns of one chat."""

import numpy as np
from numpy.typing import ArrayLike

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.distributions import t_quantile
from evaldesk.stats.ratings import Floats


def cluster_sums(values: Floats, clusters: ArrayLike) -> Floats:
    """(clusters,) sums of the values of each cluster, in the order of the sorted labels.

    Raises:
        ValueError: not one label a value.
    """
    labels = np.asarray(clusters)
    if labels.shape != values.shape:
        raise ValueError("clusters must have one label a value")
    _, code = np.unique(labels, return_inverse=True)
    return np.bincount(code, weights=values).astype(np.float64)


def clustered_standard_error(
    values: ArrayLike, clusters: ArrayLike, *, corrected: bool = True
) -> float:
    """Standard error of a mean whose residuals go together within clusters.

    ``sqrt(sum over clusters of (sum of residuals)²) / n``, times ``sqrt(G / (G - 1))``.

    Args:
        values: (n,) numbers; ``clusters`` (n,) labels, at least two different ones.
        corrected: for the number of clusters G.

    Source: Miller 2024, arXiv:2411.00640, after Liang and Zeger 1986.
    """
    data = np.asarray(values, dtype=np.float64)
    sums = cluster_sums(data - data.mean(), clusters)
    error = float(np.sqrt((sums**2).sum())) / data.size
    return error * float(np.sqrt(sums.size / (sums.size - 1.0))) if corrected else error


def clustered_mean(
    values: ArrayLike, clusters: ArrayLike, *, level: float = 0.95, name: str = "mean"
) -> Estimate:
    """A mean with a t interval on G - 1 degrees of freedom, G being the number of clusters.

    Args:
        values: (n,) finite numbers; ``clusters`` (n,) labels.
        level: of confidence; ``name`` what the mean is called in the method.
    """
    data = np.asarray(values, dtype=np.float64)
    n = int(data.size)
    if n == 0:
        return Estimate.undefined("undefined: there is no case", method=name)
    number = int(cluster_sums(data, clusters).size)
    value = float(data.mean())
    reason = None
    if number < 2:
        reason = "no interval: one cluster has no spread"
    elif np.ptp(data) == 0.0:
        reason = "no interval: every value is the same"
    else:
        error = clustered_standard_error(data, clusters)
        if error <= 1e-15 * max(1.0, abs(value)):
            reason = "no interval: every cluster has the same mean"
    if reason is not None:
        return Estimate(value, level=None, n=n, method=name, undefined_reason=reason)
    half = t_quantile(level, number - 1) * error
    method = f"{name}, t interval over {number} clusters"
    return Estimate(value, value - half, value + half, level, n, method)
