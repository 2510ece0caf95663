"""Gets the window and the project on the screen sooner."""

import gc
import importlib
from collections.abc import Callable


def hurry() -> Callable[[], None]:
    """Put off what only costs time while thousands of definitions are brought in and none is
    dropped: the collector of garbage, and PySide's reading of every module's source.

    Returns:
        Call it once the project is there: from then on the collector passes over all that stays
        for good, so that its rounds are short while somebody works.
    """
    gc.disable()
    _leave_sources_unread()
    settled = False

    def settle() -> None:
        nonlocal settled
        if not settled:
            settled = True
            gc.freeze()

    return settle


def _leave_sources_unread() -> None:
    """PySide reads the source of each module that is imported after it, to see whether the module
    could want its other spellings of names (``snake_case``). Nothing here does. Reading them costs
    a tenth of a second and 24 MB with the libraries of the database alone.
    """
    try:
        feature = importlib.import_module("shibokensupport.feature")
    except ImportError:  # another version of PySide may do without
        return
    if hasattr(feature, "_mod_uses_pyside"):
        setattr(feature, "_mod_uses_pyside", lambda _module: True)  # noqa: B010
