"""Where the files lie that come with the program: beside the package in a source tree, inside it
when it was installed; and where the system wants preferences.
"""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(*parts: str) -> Path:
    """Path of a file or folder below ``resources``; it need not exist."""
    return _shipped("resources").joinpath(*parts)


def sample_project(*parts: str) -> Path:
    """Path of a file or folder below ``sample_projects``; it need not exist."""
    return _shipped("sample_projects").joinpath(*parts)


def config_folder() -> Path:
    """Where preferences lie: ``EVALDESK_CONFIG_DIR``, or the system's own place."""
    chosen = os.environ.get("EVALDESK_CONFIG_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return platformdirs.user_config_path("EvalDesk", appauthor=False, roaming=True)


def data_folder() -> Path:
    """Where the program may put files of its own, such as its copy of the sample project:
    ``EVALDESK_DATA_DIR``, or the system's own place.
    """
    chosen = os.environ.get("EVALDESK_DATA_DIR")
    if chosen:
        return Path(chosen)
    import platformdirs

    return platformdirs.user_data_path("EvalDesk", appauthor=False)


def _shipped(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name
