"""Questions to the person. None of them blocks: the answer comes to a callable."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol


class Prompts(Protocol):
    """What asks a person something. A question that is dismissed calls nothing."""

    def ask_open_file(
        self,
        title: str,
        filters: str,
        then: Callable[[list[Path]], object],
        *,
        many: bool = False,
    ) -> None:
        """Ask for files that exist; ``filters`` as Qt spells them: ``Logs (*.eval *.json)``."""

    def ask_save_file(
        self, title: str, suggested: str, filters: str, then: Callable[[Path], object]
    ) -> None:
        """Ask where to write; an existing file was confirmed."""

    def ask_folder(self, title: str, then: Callable[[Path], object]) -> None:
        """Ask for a folder that exists."""

    def confirm(
        self,
        question: str,
        detail: str,
        accept: str,
        then: Callable[[], object],
        *,
        danger: bool = False,
    ) -> None:
        """Ask for a yes; ``accept`` is what the button says."""

    def ask_text(
        self,
        title: str,
        label: str,
        then: Callable[[str], object],
        *,
        value: str = "",
        detail: str = "",
    ) -> None:
        """Ask for one line; an empty one cannot be given."""


@dataclass
class ScriptedPrompts:
    """Answers from a list, for tests. A question without an answer left is dismissed.

    Attributes:
        answers: given in order: paths, a path, True, a string.
        asked: what was asked, as (kind, title).
    """

    answers: list[object] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)

    def ask_open_file(
        self,
        title: str,
        filters: str,
        then: Callable[[list[Path]], object],
        *,
        many: bool = False,
    ) -> None:
        answer = self._next("open", title)
        if isinstance(answer, Path):
            then([answer])
        elif isinstance(answer, Sequence) and answer:
            then([Path(str(item)) for item in answer])

    def ask_save_file(
        self, title: str, suggested: str, filters: str, then: Callable[[Path], object]
    ) -> None:
        answer = self._next("save", title)
        if isinstance(answer, Path):
            then(answer)

    def ask_folder(self, title: str, then: Callable[[Path], object]) -> None:
        answer = self._next("folder", title)
        if isinstance(answer, Path):
            then(answer)

    def confirm(
        self,
        question: str,
        detail: str,
        accept: str,
        then: Callable[[], object],
        *,
        danger: bool = False,
    ) -> None:
        if self._next("confirm", question):
            then()

    def ask_text(
        self,
        title: str,
        label: str,
        then: Callable[[str], object],
        *,
        value: str = "",
        detail: str = "",
    ) -> None:
        answer = self._next("text", title)
        if isinstance(answer, str) and answer:
            then(answer)

    def _next(self, kind: str, title: str) -> object:
        self.asked.append((kind, title))
        return self.answers.pop(0) if self.answers else None
