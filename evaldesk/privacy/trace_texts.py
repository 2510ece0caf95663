"""Every text of a trace with its place, and the trace again with other texts in some places.

A place is a JSON Pointer into the canonical trace; with ``~k`` behind it, it is the name of that
member. What lists keep beside the canonical trace (preview, snippet, model) lies below ``/~row``.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from evaldesk.domain.trace import Annotation, Scenario, Score, Trace

ROW = "/~row"
KEY = "~k"
_CLOSED = frozenset(("role", "type", "status", "kind", "mime_type", "modality", "finish_reason"))
"""Fields whose words are given by this program, where they lie at their usual place."""
_IDS = frozenset(("/id", "/scenario/id"))
_LEAST_KEY = 5
_LEAST_NUMBER = 10_000


@dataclass(frozen=True, slots=True)
class Place:
    """One text of a trace.

    Attributes:
        name: of the field that it is the value of, or stands in a list of; empty at the top.
        parent: name of the field that the object with that field lies in.
        number: whether it is a number there.
    """

    path: str
    text: str
    name: str = ""
    parent: str = ""
    number: bool = False


def canonical(trace: Trace) -> dict[str, Any]:
    """The canonical trace, and below ``~row`` what lists show besides."""
    row = trace.row
    return {
        **trace.to_json(),
        "~row": {
            "preview": row.preview,
            "snippet": row.snippet,
            "model": row.model,
            "prompt_version": row.prompt_version,
            "said": {name: list(values) for name, values in row.said.items()},
        },
    }


def places(value: Mapping[str, Any]) -> Iterator[Place]:
    """Every text of a canonical trace, in its order."""
    found: list[Place] = []
    _walk(value, "", "", "", found)
    return iter(found)


def _walk(value: Any, path: str, name: str, parent: str, found: list[Place]) -> None:
    # Appending to one list takes half the time of generators within generators.
    if isinstance(value, str):
        if value and path not in _IDS and not _is_closed(path, name):
            found.append(Place(path, value, name, parent))
    elif isinstance(value, dict):
        for key, item in value.items():
            below = f"{path}/{key.replace('~', '~0').replace('/', '~1')}" if path else _top(key)
            if len(key) >= _LEAST_KEY:
                found.append(Place(below + KEY, key))
            _walk(item, below, key, name, found)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _walk(item, f"{path}/{index}", name, parent, found)
    elif isinstance(value, float) or (
        isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _LEAST_NUMBER
    ):
        found.append(Place(path, str(value), name, parent, True))


def _top(key: str) -> str:
    return ROW if key == "~row" else "/" + key.replace("~", "~0").replace("/", "~1")


def _is_closed(path: str, name: str) -> bool:
    if name not in _CLOSED:
        return False
    depth = path.count("/")
    return depth <= 3 or (depth == 5 and "/parts/" in path)


def changed(value: dict[str, Any], texts: Mapping[str, str]) -> dict[str, Any]:
    """The same with these texts in these places. What is not named stays the object it was.

    Args:
        texts: path → what stands there now. A number becomes a text.
    """
    touched: set[str] = set()
    for path in texts:
        bare = path.removesuffix(KEY)
        while bare:
            touched.add(bare)
            bare = bare[: bare.rfind("/")]
    made = _changed(value, "", texts, touched)
    assert isinstance(made, dict)
    return made


def _changed(value: Any, path: str, texts: Mapping[str, str], touched: set[str]) -> Any:
    if path in texts:
        return texts[path]
    if path and path not in touched:
        return value
    if isinstance(value, dict):
        made: dict[str, Any] = {}
        for key, item in value.items():
            below = f"{path}/{key.replace('~', '~0').replace('/', '~1')}" if path else _top(key)
            name = texts.get(below + KEY, key)
            count = 1
            while name in made or (name != key and name in value):
                count += 1
                name = f"{texts.get(below + KEY, key)} ({count})"
            made[name] = _changed(item, below, texts, touched)
        return made
    if isinstance(value, list | tuple):
        return [
            _changed(item, f"{path}/{index}", texts, touched) for index, item in enumerate(value)
        ]
    return value


def rebuilt(trace: Trace, value: Mapping[str, Any]) -> Trace:
    """The trace that a changed canonical one stands for. Its content id stays that of the
    original, which is sealed.
    """
    row, told, scenario = trace.row, value["scenario"], trace.scenario
    beside = value["~row"]
    scores = {
        name: Score(trace_score["value"], *(trace_score[key] for key in _SAID))
        for name, trace_score in value["scores"].items()
    }
    new_scenario = Scenario(
        key=told["key"],
        input=told["input"],
        tier=told["tier"] or "",
        slices=told["slices"],
        expected=told["expected"] or "",
        origin=told["origin"] or "",
        title=told["title"],
        metadata=told["metadata"],
        redactions=scenario.redactions,
    )
    body: Any = {key: value[key] for key in value if key in trace.body}
    return replace(
        trace,
        row=replace(
            row,
            scenario=told["key"],
            title=told["title"],
            run=value["run"],
            system=value["system"],
            tier=new_scenario.tier,
            slices=new_scenario.slices,
            scores={
                new: row.scores.get(old) for old, new in zip(trace.scores, scores, strict=True)
            },
            error=value["error"] or "",
            preview=beside["preview"],
            snippet=beside["snippet"],
            model=beside["model"],
            prompt_version=beside["prompt_version"],
            said={name: tuple(values) for name, values in beside["said"].items()},
        ),
        scenario=new_scenario,
        body=body,
        scores=scores,
        annotations=tuple(
            Annotation(
                name=said["name"],
                value=said["value"],
                label=said["label"] or "",
                comment=said["comment"] or "",
                annotator=said["annotator"] or "",
                target=said["target"] or "",
                created_at=said["created_at"] or "",
                metadata=said["metadata"],
            )
            for said in value["annotations"]
        ),
    )


_SAID = ("label", "explanation", "answer")
