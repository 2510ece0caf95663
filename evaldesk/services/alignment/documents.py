"""What several traces retrieved, compared as sets with ranks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaldesk.domain.identifiers import content_id
from evaldesk.domain.trace import Document


@dataclass(frozen=True, slots=True)
class Found:
    """One document, and where each trace has it.

    Attributes:
        key: its id; of its content where it has none.
        name: title, id, source or the beginning of its text, for reading.
        ranks: 1-based place in each trace's answer; None where a trace does not have it.
        scores: what the retriever gave it; None where it gave none.
        places: index into each trace's documents; None where it does not have it.
        same_text: whether all that have it have the same text.
    """

    key: str
    name: str
    ranks: tuple[int | None, ...]
    scores: tuple[float | None, ...]
    places: tuple[int | None, ...]
    same_text: bool

    @property
    def in_all(self) -> bool:
        """Whether every trace has it."""
        return None not in self.ranks

    def moved(self, side: int, against: int = 0) -> int | None:
        """How many ranks higher (positive) or lower it stands than in another trace; None where
        one of the two does not have it.
        """
        here, there = self.ranks[side], self.ranks[against]
        return None if here is None or there is None else there - here


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One retrieval of each trace.

    Attributes:
        queries: what was asked, one for each trace; empty where unknown.
        documents: of all of them, by the rank in the first trace that has it.
    """

    queries: tuple[str, ...]
    documents: tuple[Found, ...]

    @property
    def in_all(self) -> int:
        """How many documents every trace has."""
        return sum(found.in_all for found in self.documents)

    def only(self, side: int) -> int:
        """How many documents only that trace has."""
        return sum(
            all((rank is None) == (place != side) for place, rank in enumerate(found.ranks))
            for found in self.documents
        )

    @property
    def same(self) -> bool:
        """Whether all have the same documents with the same text at the same ranks."""
        return all(
            found.in_all and found.same_text and len(set(found.ranks)) == 1
            for found in self.documents
        )


def compare(traces: Sequence[Sequence[Document]]) -> list[Retrieved]:
    """Compare what traces retrieved, retrieval by retrieval: the same question beside the same,
    those left over in their order.
    """
    retrievals = [_retrievals(documents) for documents in traces]
    queries = [[query for query, _ in one] for one in retrievals]
    return [
        _compare(
            [
                retrievals[side][place] if place is not None else ("", [])
                for side, place in enumerate(row)
            ]
        )
        for row in _beside(queries)
    ]


def _retrievals(
    documents: Sequence[Document],
) -> list[tuple[str, list[tuple[int, Document]]]]:
    """A trace's documents by the retrieval that brought them, each with its place in the trace."""
    groups: dict[tuple[str, str], list[tuple[int, Document]]] = {}
    for place, document in enumerate(documents):
        key = document.get("span") or "", document.get("query") or ""
        groups.setdefault(key, []).append((place, document))
    return [(query, found) for (_, query), found in groups.items()]


def _beside(queries: Sequence[Sequence[str]]) -> list[tuple[int | None, ...]]:
    rows: list[dict[int, int]] = []
    for side, asked in enumerate(queries):
        free = list(range(len(asked)))
        for row in rows:
            known = {queries[other][place] for other, place in row.items()}
            place = next((p for p in free if asked[p] in known), None)
            if place is not None:
                row[side] = place
                free.remove(place)
        for row in rows:
            if free and side not in row:
                row[side] = free.pop(0)
        rows.extend({side: place} for place in free)
    return [tuple(row.get(side) for side in range(len(queries))) for row in rows]


def _compare(sides: Sequence[tuple[str, list[tuple[int, Document]]]]) -> Retrieved:
    known: dict[str, dict[int, tuple[int, int, Document]]] = {}
    for side, (_, documents) in enumerate(sides):
        for number, (place, document) in enumerate(documents, 1):
            rank = document.get("rank") or number
            # The first counts where a trace has a document twice.
            known.setdefault(_key(document), {}).setdefault(side, (rank, place, document))
    found = [_found(key, places, len(sides)) for key, places in known.items()]
    return Retrieved(tuple(query for query, _ in sides), tuple(found))


def _found(key: str, places: Mapping[int, tuple[int, int, Document]], count: int) -> Found:
    there = [places.get(side) for side in range(count)]
    texts = {(one[2].get("content") or "").strip() for one in there if one is not None}
    first = next(one[2] for one in there if one is not None)
    return Found(
        key,
        _name(first),
        tuple(None if one is None else one[0] for one in there),
        tuple(None if one is None else one[2].get("score") for one in there),
        tuple(None if one is None else one[1] for one in there),
        len(texts) == 1,
    )


def _key(document: Document) -> str:
    return document.get("id") or content_id((document.get("content") or "").strip())


def _name(document: Document) -> str:
    for key in ("title", "id", "source"):
        value = document.get(key)
        if value:
            return str(value)
    return " ".join((document.get("content") or "")[:80].split())
