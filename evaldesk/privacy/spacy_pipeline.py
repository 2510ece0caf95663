"""Names that a spaCy pipeline sees, where an organisation has installed one. It is imported by name
from what is installed; nothing is ever downloaded.
"""

import importlib
import importlib.util
from collections.abc import Iterable
from typing import Any

from evaldesk.domain.errors import UsageError
from evaldesk.domain.privacy import Match

_KINDS = {
    "PERSON": "person",
    "PER": "person",
    "GPE": "place",
    "LOC": "place",
    "FAC": "place",
    "ORG": "organization",
    "NORP": "nationality",
}
_LONGEST = 100_000
"""spaCy needs about a gigabyte for a million characters; longer texts go in pieces."""
_SCORE = 0.7


class SpacyPipeline:
    """A pipeline with an entity recognizer.

    Attributes:
        name: of the installed package, with its version.
    """

    def __init__(self, package: str) -> None:
        """Raises:
        UsageError: spaCy or the pipeline is not installed, or cannot be loaded.
        """
        self._load(package)

    def _load(self, package: str) -> None:
        for wanted in ("spacy", package):
            if not wanted.isidentifier() or importlib.util.find_spec(wanted) is None:
                raise UsageError(
                    f"{wanted} is not installed beside EvalDesk.",
                    "Ask who installs programs for you, or leave the pipeline out.",
                )
        module: Any = importlib.import_module(package)
        try:
            self._nlp: Any = module.load()
        except (OSError, ValueError, ImportError) as error:
            raise UsageError(f"The pipeline {package} cannot be loaded ({error}).") from error
        self.name = f"{package} {self._nlp.meta.get('version', '')}".strip()

    def find(self, text: str) -> Iterable[Match]:
        """See `detection.Pipeline`."""
        for start in range(0, len(text), _LONGEST):
            for entity in self._nlp(text[start : start + _LONGEST]).ents:
                kind = _KINDS.get(entity.label_)
                if kind is not None:
                    yield Match(
                        start + entity.start_char,
                        start + entity.end_char,
                        kind,
                        f"spacy:{entity.label_}",
                        _SCORE,
                    )
