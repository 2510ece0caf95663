"""What a person prefers, kept on this machine and in no project."""

from evaldesk.settings.locations import config_folder, data_folder, resource, sample_project
from evaldesk.settings.store import Settings

__all__ = ["Settings", "config_folder", "data_folder", "resource", "sample_project"]
