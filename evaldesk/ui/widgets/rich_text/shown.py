"""A text as it is shown, and where each of its characters stands in the source; no Qt here."""

from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple


class Run(NamedTuple):
    """A stretch of shown text that stands in the source.

    Attributes:
        at, length: in the shown text. source, source_length: in the source; the lengths differ
            where an escape stands for a character.
    """

    at: int
    length: int
    source: int
    source_length: int


class Shown:
    """What is shown for a stretch of a source.

    Attributes:
        text: what is shown, with line breaks.
        runs: in the order of the shown text; what lies between them is in no source.
        styles: (start, stop, name) in the shown text: ``strong``, ``em``, ``code``, ``strike``,
            ``link``, ``address``, ``hint``, or the name of a colour of code.
    """

    def __init__(self) -> None:
        self.text = ""
        self.runs: list[Run] = []
        self.styles: list[tuple[int, int, str]] = []
        self._parts: list[str] = []
        self._length = 0

    @classmethod
    def plain(cls, text: str, source: int) -> "Shown":
        """A text that is shown as it stands in the source."""
        made = cls()
        made.add(text, source)
        return made.done()

    def __len__(self) -> int:
        return self._length

    def add(
        self, text: str, source: int = -1, source_length: int | None = None, style: str = ""
    ) -> None:
        """Show more text.

        Args:
            source: where it stands in the source; -1 for nowhere.
            source_length: how long it is there, where that differs.
            style: see `styles`; empty for none.
        """
        if not text:
            return
        if source >= 0:
            length = len(text) if source_length is None else source_length
            self.runs.append(Run(self._length, len(text), source, length))
        if style:
            self.styles.append((self._length, self._length + len(text), style))
        self._parts.append(text)
        self._length += len(text)

    def done(self) -> "Shown":
        """Put the parts together; call it once."""
        self.text = "".join(self._parts)
        self._parts.clear()
        return self

    def source_at(self, position: int) -> int:
        """The place in the source of a position between two shown characters."""
        if not self.runs:
            return 0
        index = max(0, bisect_right(self.runs, position, key=lambda run: run.at) - 1)
        run = self.runs[index]
        inside = min(max(0, position - run.at), run.length)
        if run.length == run.source_length:
            return run.source + inside
        return run.source + (run.source_length if inside == run.length else 0)

    def position_of(self, source: int) -> int:
        """Where a place of the source is shown, or the text nearest before it."""
        best = 0
        for run in self.runs:
            if run.source > source:
                break
            inside = min(source - run.source, run.source_length)
            if run.length != run.source_length:
                inside = run.length if inside == run.source_length else 0
            best = run.at + inside
        return best

    def ranges(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        """Where a stretch of the source is shown, as starts and stops."""
        for run in self.runs:
            first, last = max(start, run.source), min(stop, run.source + run.source_length)
            if first >= last:
                continue
            if run.length != run.source_length:
                yield run.at, run.at + run.length
            else:
                yield run.at + first - run.source, run.at + last - run.source
