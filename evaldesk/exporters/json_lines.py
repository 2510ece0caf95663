"""Writing JSON, one value a line, and telling how far it is."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from evaldesk.domain.identifiers import canonical_json

_EVERY = 100


def write_lines(
    groups: Iterable[Iterable[Any]], path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Write the lines of each group, such as the spans of a trace, as they come.

    Returns:
        How many groups were written; a group without lines counts too.
    """
    count = 0
    with path.open("wb") as file:
        for lines in groups:
            for value in lines:
                file.write(canonical_json(value))
                file.write(b"\n")
            count += 1
            if count % _EVERY == 0:
                progress(count)
    return count


def one_each(values: Iterable[Any]) -> Iterator[tuple[Any]]:
    """Every value as a group of its own."""
    for value in values:
        yield (value,)
