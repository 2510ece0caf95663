"""Stretches of text in a card, and which of their text is in sight; no widgets here."""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Literal, NamedTuple

from evaldesk.ui.widgets.rich_text.chunks import CHUNK, Chunk, split
from evaldesk.ui.widgets.rich_text.json_folds import JsonFolds, is_pretty_json
from evaldesk.ui.widgets.rich_text.segments import looks_like_markdown, segments

Form = Literal["text", "markdown", "payload", "image", "audio", "file"]

FILES = ("image", "audio", "file")
"""Forms that are no text."""
LONG_PAYLOAD = 16_000
LONG_PROSE = 60_000
"""Longer texts show only their beginning at first."""
_BEGINNING = 4_000
_LINES = 40
_HEAVY = 400_000
"""Characters that would keep the window waiting."""


class Hidden(NamedTuple):
    """What of a long text is not in sight.

    Attributes:
        bytes: of the whole text in UTF-8. lines: of the whole text.
    """

    bytes: int
    lines: int


class Section:
    """A stretch of text in a card.

    Attributes:
        key: unique in the card, such as ``text`` or ``arguments``.
        title: shown above the text; empty for none.
        mono: whether it is a payload rather than prose.
        tone: ``plain``, ``muted``, ``bad``, or ``italic`` for reasoning.
        foldable: whether it has a header that opens and closes it.
        open: whether it starts open.
        form: what it may be shown as: ``markdown``, a ``payload`` that folds where it is JSON, an
            ``image`` or ``audio`` of ``data``, a ``file`` that can only be saved; else ``text``.
        data: the part that an image, audio or file is.
        note: a word beside the title, such as how often it is quoted.
        within: the section that it belongs to, and is in sight with; None for none.
    """

    def __init__(
        self,
        key: str,
        text: str | Callable[[], str],
        *,
        title: str = "",
        mono: bool = False,
        tone: str = "plain",
        foldable: bool = False,
        open: bool = True,
        size: int | Callable[[], int] | None = None,
        form: Form = "text",
        data: Any = None,
        within: "Section | None" = None,
    ) -> None:
        self.key = key
        self.title = title
        self.mono = mono
        self.tone = tone
        self.foldable = foldable
        self.open = open
        self.form: Form = form
        self.data = data
        self.within = within
        self.note = ""
        self._make = text
        self._size = size
        self._rendered = True
        self._whole = False
        self._is_long = False
        self._chunks: list[Chunk] | None = None
        self._prepared = False

    @cached_property
    def text(self) -> str:
        """The text; laid out when it is first asked for."""
        made = self._make if isinstance(self._make, str) else self._make()
        return made.replace("\r\n", "\n").replace("\r", "\n") if "\r" in made else made

    @property
    def size(self) -> int:
        """Characters in sight, roughly where the text was not laid out yet."""
        size = self._length
        return size if self._whole or size <= self._long else _BEGINNING

    @property
    def _length(self) -> int:
        """Characters of the whole text, roughly where it was not laid out yet."""
        if "text" in self.__dict__ or isinstance(self._make, str) or self._size is None:
            return len(self.text)
        if not isinstance(self._size, int):
            self._size = self._size()
        return self._size

    @property
    def heavy(self) -> bool:
        """Whether to bring what is in sight about would keep the window waiting. It is `prepare`d
        on another thread first.
        """
        if self._chunks is not None or self._prepared or self.form in FILES:
            return False
        made = isinstance(self._make, str) or "text" in self.__dict__
        if made and not (self._whole or self.form == "payload"):
            return False
        return self._length > _HEAVY

    def prepare(self) -> None:
        """Bring about what is in sight. Call it on any thread, while nobody else looks."""
        self._chunks = self._cut()
        self._prepared = True

    @property
    def covered(self) -> bool:
        """Whether even its title is out of sight, as what it belongs to is closed."""
        return self.within is not None and (not self.within.open or self.within.covered)

    @property
    def in_sight(self) -> bool:
        """Whether its text is, where its card is open."""
        return (self.open or not self.foldable) and not self.covered

    # how it is shown

    @cached_property
    def folds(self) -> JsonFolds | None:
        """What of it is folded, where it is JSON."""
        if self.form == "payload" and is_pretty_json(self.text):
            return JsonFolds(self.text)
        return None

    @property
    def as_tree(self) -> bool:
        """Whether it is shown as JSON that folds."""
        return self._rendered and self.form == "payload" and self.folds is not None

    @property
    def rendered(self) -> bool:
        """Whether Markdown and JSON are shown as such, and not as their source."""
        return self._rendered

    @rendered.setter
    def rendered(self, rendered: bool) -> None:
        if rendered != self._rendered:
            self._rendered = rendered
            self.forget()

    @property
    def whole(self) -> bool:
        """Whether a long text is shown to its end."""
        return self._whole

    @whole.setter
    def whole(self, whole: bool) -> None:
        if whole != self._whole:
            self._whole = whole
            self.forget()

    def forget(self) -> None:
        """What is in sight has changed."""
        self._chunks = None
        self._prepared = False

    @property
    def chunks(self) -> list[Chunk]:
        """What is in sight, in blocks of bounded size."""
        if self._chunks is None:
            self._chunks = self._cut()
        return self._chunks

    @property
    def long(self) -> bool:
        """Whether it has more text than is shown at first."""
        return bool(self.chunks) and self._is_long

    @cached_property
    def extent(self) -> Hidden:
        """How long the whole text is."""
        text = self.text
        size = len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        return Hidden(size, text.count("\n") + 1)

    def uncover(self, offset: int) -> bool:
        """Bring a place of the text into sight within the section; says whether it was not."""
        changed = False
        if self.as_tree and self.folds is not None:
            changed = self.folds.uncover(offset)
            if changed:
                self.forget()
            if not self._whole and self.chunks and offset >= self.chunks[-1].end:
                changed = self.whole = True
        elif not self._whole and len(self.text) > self._long and offset >= self._limit:
            changed = self.whole = True
        return changed

    @property
    def _long(self) -> int:
        return LONG_PAYLOAD if self.mono else LONG_PROSE

    @property
    def _limit(self) -> int:
        """Where the beginning of a long text ends: at a line's end where there is one near."""
        text = self.text
        at = -1
        for _ in range(_LINES):
            at = text.find("\n", at + 1, _BEGINNING)
            if at < 0:
                stop = text.find("\n", _BEGINNING, _BEGINNING + CHUNK)
                return stop if stop >= 0 else _BEGINNING
        return at

    def _cut(self) -> list[Chunk]:
        text = self.text
        if self.form in FILES:
            return [Chunk(text, 0, kind=self.form, data=self.data)]
        if self.as_tree and self.folds is not None:
            chunks, below = self.folds.chunks(whole=self._whole)
            self._is_long = (self._whole and self._is_long) or below > 0
            return chunks
        limit = len(text)
        self._is_long = limit > self._long
        if not self._whole and self._is_long:
            limit = self._limit
        if self._rendered and self.form == "markdown" and looks_like_markdown(text):
            return segments(text, limit)
        return split(text if limit == len(text) else text[:limit])
