"""Several trials a task: does it ever pass, does it always pass."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from evaldesk.domain.estimate import Estimate
from evaldesk.stats.ratings import Floats
from evaldesk.stats.resampling import DEFAULT_SEED, bca_mean


def pass_hat_k(
    passed: ArrayLike,
    trials: ArrayLike,
    k: int,
    *,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = DEFAULT_SEED,
) -> Estimate:
    """pass^k: the chance that k trials of a task all pass, averaged over tasks.

    Args:
        passed: (tasks,) trials that passed; ``trials`` (tasks,) trials made.
        k: how many trials, from 1. A task with fewer trials is left out, and the method says so.
        level: of confidence; ``resamples`` and ``seed`` of the BCa bootstrap over tasks.

    Source: ``C(c, k) / C(n, k)`` a task, Yao et al. 2024, tau-bench, arXiv:2406.12045.
    """
    return _estimate(passed, trials, k, "pass^", level, resamples, seed)


def pass_at_k(
    passed: ArrayLike,
    trials: ArrayLike,
    k: int,
    *,
    level: float = 0.95,
    resamples: int = 10_000,
    seed: int = DEFAULT_SEED,
) -> Estimate:
    """pass@k: the chance that at least one of k trials of a task passes, averaged over tasks.

    Arguments as of :func:`pass_hat_k`.

    Source: ``1 - C(n - c, k) / C(n, k)`` a task, Chen et al. 2021, arXiv:2107.03374.
    """
    return _estimate(passed, trials, k, "pass@", level, resamples, seed)


def _estimate(
    passed: ArrayLike,
    trials: ArrayLike,
    k: int,
    kind: Literal["pass^", "pass@"],
    level: float,
    resamples: int,
    seed: int,
) -> Estimate:
    c = np.asarray(passed, dtype=np.int64)
    n = np.asarray(trials, dtype=np.int64)
    if c.shape != n.shape or c.ndim != 1 or (c < 0).any() or (c > n).any() or k < 1:
        raise ValueError("passed must be among 0 … trials for each task, and k at least 1")
    name = f"{kind}{k}"
    enough = n >= k
    if not enough.any():
        reason = f"undefined: no task has {k} trials" if n.size else "undefined: there is no task"
        return Estimate.undefined(reason, method=name)
    if not enough.all():
        name += f" over the {int(enough.sum())} of {n.size} tasks with {k} trials"
    counted = c if kind == "pass^" else n - c
    share = _choose_ratio(counted[enough], n[enough], k)
    return bca_mean(
        share if kind == "pass^" else 1.0 - share,
        name=name,
        over="tasks",
        level=level,
        resamples=resamples,
        seed=seed,
    )


def _choose_ratio(part: np.ndarray, whole: np.ndarray, k: int) -> Floats:
    """``C(part, k) / C(whole, k)`` without large numbers."""
    out = np.ones(part.size)
    for step in range(k):
        out *= np.maximum(part - step, 0) / (whole - step)
    return out
