"""Keeps what this process holds in memory from being written to a disk by the system."""

import sys

_PR_SET_DUMPABLE = 4


def refuse_dumps() -> bool:
    """No core dump of this process from now on, and no other process of this person may read its
    memory. Swap and hibernation are the system's: see docs/security.md.

    Returns:
        Whether the system took it; it cannot be asked on Windows, where Windows Error Reporting
        decides.
    """
    if sys.platform == "win32":
        return False
    import resource

    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (OSError, ValueError):
        return False
    # A handler that takes dumps through a pipe does not ask for the limit.
    return sys.platform != "linux" or _undumpable()


def _undumpable() -> bool:
    import ctypes

    answer: int = ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    return answer == 0
