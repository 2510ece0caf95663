"""How much work a try at a passphrase is made to be, on this machine."""

import time
from collections.abc import Callable

from evaldesk.credentials.key_file import LEAST
from evaldesk.credentials.sealed_file import Cost

AIM_S = 0.5
_MOST_MEMORY_KIB = 1024 * 1024
_LANES = 4


def calibrated(measure: Callable[[Cost], float] | None = None) -> Cost:
    """The cost whose one try takes about half a second here, never below the floor. Memory grows
    first, because memory is what a guessing machine has least of; an attempt at calibrating takes
    about as long as one try.

    Args:
        measure: seconds that a cost takes; measured where None.
    """
    measure = measure or _measured
    cost = Cost(LEAST.memory_kib, LEAST.passes, _LANES)
    taken = measure(cost)
    while taken * 2 <= AIM_S * 1.2 and cost.memory_kib < _MOST_MEMORY_KIB:
        cost = Cost(cost.memory_kib * 2, cost.passes, cost.lanes)
        taken = measure(cost)
    return cost


def _measured(cost: Cost) -> float:
    from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

    kdf = Argon2id(
        salt=bytes(16),
        length=32,
        iterations=cost.passes,
        lanes=cost.lanes,
        memory_cost=cost.memory_kib,
    )
    before = time.perf_counter()
    kdf.derive(b"how long this takes")
    return time.perf_counter() - before
