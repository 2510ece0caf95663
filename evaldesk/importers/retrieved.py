"""Documents that a retriever gave back, in the shapes that frameworks write."""

from typing import Any

from evaldesk.domain.trace import Document
from evaldesk.importers import cells, chat, fields

_LISTS = (
    *("documents", "docs", "results", "matches", "chunks", "nodes", "source_nodes", "contexts"),
    *("context", "retrieved_documents", "source_documents", "output", "data", "hits"),
)
_QUERIES = ("query", "question", "input", "search_query", "query_str", "text", "q")
_SCORES = ("score", "relevance_score", "similarity", "similarity_score", "relevance", "_score")
_SOURCES = ("source", "url", "uri", "file_path", "file_name", "path")


def retrieved_documents(answered: Any, given: Any, span: str = "") -> list[Document]:
    """The documents of one retrieval, ranked from 1 in the order given.

    Args:
        answered: a list of texts or objects, or an object that holds one.
        given: the query, or an object with it.
        span: id of the span that retrieved them.
    """
    query = query_of(given)
    made = []
    for rank, item in enumerate(_items(fields.unwrapped(answered)), start=1):
        document = _document(item)
        document["rank"] = rank
        if query:
            document["query"] = query
        if span:
            document["span"] = span
        made.append(document)
    return made


def query_of(given: Any) -> str:
    """What a retriever was asked; empty where that cannot be told."""
    plain = fields.unwrapped(given)
    if isinstance(plain, str):
        return plain
    holder = fields.mapping(plain)
    return fields.first_text(*(holder.get(name) for name in _QUERIES))


def _items(value: Any) -> list[Any]:
    if isinstance(value, list):
        return [item for item in value if item not in fields.EMPTY]
    if isinstance(value, dict):
        for name in _LISTS:
            inner = fields.unwrapped(value.get(name))
            if isinstance(inner, list):
                return [item for item in inner if item not in fields.EMPTY]
        return [value] if value else []
    return [] if value in fields.EMPTY else [value]


def _document(item: Any) -> Document:
    score = None
    if isinstance(item, list) and len(item) == 2:  # LangChain's pairs of document and score
        item, score = item[0], fields.finite(item[1])
    if isinstance(item, dict):
        if isinstance(item.get("kwargs"), dict) and "lc" in item:
            item = item["kwargs"]
        for name in ("node", "document"):  # LlamaIndex and Haystack wrap what they scored
            if isinstance(item.get(name), dict):
                item = {**item[name], **fields.rest(item, (name,))}
    made = cells.documents([item])[0] if item not in fields.EMPTY else {"content": ""}
    about = fields.mapping(made.get("metadata"))
    if score is None and "score" not in made:
        found = [n for name in _SCORES if (n := fields.finite(about.get(name))) is not None]
        score = found[0] if found else None
    if score is not None:
        made["score"] = score
    if "source" not in made:
        where = fields.first_text(*(about.get(name) for name in _SOURCES))
        if where:
            made["source"] = where
    if "title" not in made and isinstance(about.get("title"), str):
        made["title"] = about["title"]
    if not isinstance(made.get("content"), str):
        made["content"] = chat.plain_text(item)
    return made
