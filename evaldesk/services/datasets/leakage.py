"""Whether scenarios stand in text that a system may have seen: training data, prompts, examples.

Found is what stands there word for word. A paraphrase or a translation is not found, nor what
stands in text that nobody named; that nothing was found is no proof that nothing leaked.
"""

import gzip
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from evaldesk.domain.dataset import DatasetVersion, ScenarioQuery, ScenarioRow
from evaldesk.domain.errors import InputError, UsageError
from evaldesk.services.datasets.scenario_text import input_text
from evaldesk.services.datasets.versions import Progress, silent
from evaldesk.services.datasets.word_overlap import COMMON, NGRAM, SHORTEST, OverlapIndex

if TYPE_CHECKING:
    from evaldesk.storage.project import Project

Side = Literal["input", "expected"]
_PIECE = 1 << 20
_AT_ONCE = 500
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)")


@dataclass(frozen=True, slots=True)
class SearchedText:
    """Text to look through.

    Attributes:
        name: what the report calls it.
        size: characters or bytes, for progress.
        pieces: reads it, cut between words.
    """

    name: str
    size: int
    pieces: Callable[[], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Leak:
    """A scenario whose words stand in a text.

    Attributes:
        side: whether its input or its expected behaviour does.
        words: how many that has; ``share`` of them stand in the text, in runs of n words.
        longest: words of the longest run; ``passage`` is that run.
        source, line: where the longest run ends. places: how many runs there are.
    """

    row: ScenarioRow
    side: Side
    words: int
    share: float
    longest: int
    passage: str
    source: str
    line: int
    places: int


@dataclass(frozen=True, slots=True)
class LeakReport:
    """What was found.

    Attributes:
        leaks: the most covered first.
        ngram: words in a run. searched: names of the texts.
        scenarios: how many were looked for. short: inputs and expected texts with too few words
            to judge. common: runs left out because too many scenarios share them.
        words_read: in all the texts.
    """

    version: DatasetVersion
    leaks: Sequence[Leak]
    ngram: int
    searched: Sequence[str]
    scenarios: int
    short: int
    common: int
    words_read: int

    def limits(self) -> list[str]:
        """What the report does not say, in whole sentences."""
        said = [
            "Only words in the same order are found: a paraphrase or a translation is not.",
            "Only what was named was searched; that nothing was found is no proof.",
        ]
        if self.short:
            said.append(
                f"{self.short:,} inputs or expected texts have fewer than {SHORTEST} words and "
                "were not judged."
            )
        if self.common:
            said.append(
                f"{self.common:,} runs of words that more than {COMMON} scenarios share were "
                "taken for a template and left out."
            )
        return said


def file_text(path: Path) -> SearchedText:
    """A file as text to look through; gzip is read through, and in JSON the escapes are read.

    Raises:
        InputError: there is no such file, or it cannot be read.
    """
    if not path.is_file():
        raise InputError("There is no such file.", "Name a text file.", path=str(path))
    names = [part.lower() for part in path.suffixes]
    packed = names[-1:] == [".gz"]
    escaped = any(part in (".json", ".jsonl", ".ndjson") for part in names)

    def pieces() -> Iterator[str]:
        try:
            with gzip.open(path, "rb") if packed else path.open("rb") as file:
                if file.read(4096).count(b"\0") and not packed:
                    raise InputError(
                        "It is not text.", "Give a text file, JSON or JSON lines.", path=str(path)
                    )
                file.seek(0)
                yield from _pieces(lambda: file.read(_PIECE), escaped)
        except (OSError, EOFError) as error:
            raise InputError(
                f"It could not be read ({type(error).__name__}).", path=str(path)
            ) from error

    return SearchedText(path.name, path.stat().st_size * (4 if packed else 1), pieces)


def plain_text(name: str, text: str) -> SearchedText:
    """Text that a person pasted, or that the project has."""
    return SearchedText(name, len(text), lambda: iter([text]))


def system_prompts(project: "Project", run: str = "") -> list[SearchedText]:
    """The system prompts that the traces of a run, or of all, carry.

    Raises:
        NotFoundError: no such run.
    """
    if run:
        project.runs.require(run)
    return [
        plain_text(f"system prompt of {name}", prompt)
        for _, name, prompt in project.origins.system_prompts(run)
    ]


def leakage(
    project: "Project",
    version: DatasetVersion,
    texts: Sequence[SearchedText],
    *,
    ngram: int = NGRAM,
    progress: Progress = silent,
) -> LeakReport:
    """Look for the scenarios of a version in texts.

    Args:
        ngram: how many words in a row count as found; 13 in GPT-3's decontamination.
        progress: called with the fraction done; whatever it raises ends the search.

    Raises:
        UsageError: no text, or the n-gram is out of bounds. InputError: a file cannot be read.
    """
    if not texts:
        raise UsageError("No text to search.", "Name a file, paste text, or take system prompts.")
    if not SHORTEST <= ngram <= 50:
        raise UsageError(f"The run of words is from {SHORTEST} to 50 long.")
    pks = project.datasets.ids(version.pk, ScenarioQuery())
    owners: list[tuple[int, Side]] = []
    wanted: list[str] = []
    for start in range(0, len(pks), _AT_ONCE):
        progress(0.2 * start / len(pks), "")
        some = pks[start : start + _AT_ONCE]
        expected = {
            row.pk: row.description.expected for row in project.datasets.rows(version.pk, some)
        }
        for pk, _, content in project.datasets.inputs(some):
            owners.append((pk, "input"))
            wanted.append(input_text(content))
            if expected[pk].strip():
                owners.append((pk, "expected"))
                wanted.append(expected[pk])
    index = OverlapIndex(wanted, ngram)
    total = max(1, sum(text.size for text in texts))
    before = 0
    for text in texts:

        def told(read: int, name: str = text.name, before: int = before) -> None:
            progress(min(0.99, 0.2 + 0.8 * (before + read) / total), name)

        index.read(text.name, text.pieces(), told)
        before += text.size
    found = index.overlaps(wanted)
    rows = {
        row.pk: row
        for row in project.datasets.rows(
            version.pk, sorted({owners[item.index][0] for item in found})
        )
    }
    leaks = [
        Leak(
            rows[owners[item.index][0]],
            owners[item.index][1],
            item.words,
            item.share,
            item.longest,
            item.passage,
            item.source,
            item.line,
            item.places,
        )
        for item in found
    ]
    progress(1.0, "")
    return LeakReport(
        version,
        leaks,
        ngram,
        [text.name for text in texts],
        len(pks),
        index.short,
        index.common,
        index.words_read,
    )


def _pieces(read: Callable[[], bytes], escaped: bool) -> Iterator[str]:
    """Decoded text, cut at white space, however the bytes came."""
    rest = b""
    while True:
        block = read()
        if not block:
            break
        block = rest + block
        cut = max(block.rfind(b" "), block.rfind(b"\n"))
        if cut < 0 and len(block) < 4 * _PIECE:
            rest = block
            continue
        cut = len(block) - 1 if cut < 0 else cut
        rest = block[cut + 1 :]
        yield _decoded(block[: cut + 1], escaped)
    if rest:
        yield _decoded(rest, escaped)


def _decoded(block: bytes, escaped: bool) -> str:
    text = block.decode("utf-8", "replace")
    return _ESCAPE.sub(_unescaped, text) if escaped else text


def _unescaped(match: re.Match[str]) -> str:
    code = match[1]
    if code[0] == "u":
        return chr(int(code[1:], 16))
    # A line feed inside a string is no new line of the file.
    return " " if code in "nrtbf" else code
