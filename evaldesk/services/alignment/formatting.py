"""What of a text is only its dress: white space, Markdown marks, capitals."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_WORD = re.compile(r"\S+")
_MARKS = "*_~`#>|"
_NUMBERED = re.compile(r"\d{1,4}[.)]")
_BULLETS = frozenset("-+•–—*")
_TYPED = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "„": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "‑": "-",
        "…": "...",
    }
)
_RULES = frozenset("-=|:+")


@dataclass(frozen=True, slots=True)
class Formatting:
    """What is not to count as a difference.

    Attributes:
        whitespace: how much of it, and line breaks. Whatever is ignored, this is as well.
        marks: of Markdown (emphasis, headings, bullets, code), and quotes and dashes that are
            only typed otherwise.
        case: capitals.
    """

    whitespace: bool = False
    marks: bool = False
    case: bool = False

    def __bool__(self) -> bool:
        return self.whitespace or self.marks or self.case

    def plain(self, text: str) -> str:
        """The text without what is ignored; the text itself where nothing is."""
        if not self:
            return text
        return " ".join(word for word, _, _ in self.words(text))

    def words(
        self, text: str, start: int = 0, stop: int | None = None
    ) -> Iterator[tuple[str, int, int]]:
        """The words of a stretch, as they count, each with its place (start, end) in the text.

        A word that is nothing but ignored marks is left out.
        """
        stop = len(text) if stop is None else stop
        for match in _WORD.finditer(text, start, stop):
            word = match.group()
            if self.marks:
                word = self._bare(word, text, match.start())
                if not word:
                    continue
            yield word.casefold() if self.case else word, match.start(), match.end()

    def _bare(self, word: str, text: str, place: int) -> str:
        if word in _BULLETS or (_NUMBERED.fullmatch(word) and _begins_line(text, place)):
            return ""
        bare = word.strip(_MARKS).replace("**", "").replace("`", "")
        if len(bare) > 2 and _RULES.issuperset(bare):  # ``---`` and the rule of a table
            return ""
        return bare.translate(_TYPED)


NO_FORMATTING = Formatting()
ALL_FORMATTING = Formatting(whitespace=True, marks=True, case=True)


def _begins_line(text: str, place: int) -> bool:
    before = text[max(0, place - 40) : place].rpartition("\n")
    return not before[2].strip(" \t>") and (bool(before[1]) or place <= 40)
