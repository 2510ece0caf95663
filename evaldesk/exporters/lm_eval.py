"""Samples as lm-evaluation-harness logs them (``samples_TASK_DATE.jsonl``), one a trace.

Question, target, answer and metrics have their places there; messages between, spans, documents
and what people said have none.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from evaldesk.domain.identifiers import canonical_json
from evaldesk.domain.trace import Message, Trace, final_answer
from evaldesk.exporters.json_lines import one_each, write_lines

_PLACES = frozenset(
    (
        *("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "filter", "metrics"),
        *("doc_hash", "prompt_hash", "target_hash", "repeat", "run", "system"),
    )
)


def write_traces(
    traces: Iterable[Trace], path: Path, progress: Callable[[int], None] = lambda done: None
) -> int:
    """One line a trace; returns how many."""
    return write_lines(one_each(map(sample_of, traces)), path, progress)


def sample_of(trace: Trace) -> dict[str, Any]:
    """A trace as a logged sample.

    ``doc_id`` is the scenario's key, as a number where it is one. ``repeat``, ``run`` and
    ``system`` are ours: the harness has them in the file's name, or not at all.
    """
    scenario = trace.scenario
    doc = {
        "id": scenario.key,
        "input": scenario.input,
        **({"tier": scenario.tier} if scenario.tier else {}),
        **({"slices": dict(scenario.slices)} if scenario.slices else {}),
        **({"metadata": dict(scenario.metadata)} if scenario.metadata else {}),
    }
    target = trace.body.get("expected") or scenario.expected
    prompt = _prompt(trace)
    answer = final_answer(trace.body)
    metrics = {
        (f"{name}_score" if name in _PLACES else name): (
            score.label if score.value is None else score.value
        )
        for name, score in trace.scores.items()
    }
    number = scenario.key.isascii() and scenario.key.isdecimal() and len(scenario.key) < 16
    plain = number and str(int(scenario.key)) == scenario.key
    return {
        "doc_id": int(scenario.key) if plain else scenario.key,
        "doc": doc,
        "target": target,
        "arguments": {"gen_args_0": {"arg_0": prompt, "arg_1": {}}},
        "resps": [[answer]],
        "filtered_resps": [answer],
        "filter": "none",
        "metrics": list(metrics),
        "doc_hash": _hash(json.dumps(doc, indent=2, ensure_ascii=False)),
        "prompt_hash": _hash(prompt),
        "target_hash": _hash(target),
        "repeat": trace.row.trial,
        "run": trace.row.run,
        "system": trace.row.system,
        **metrics,
    }


def _prompt(trace: Trace) -> str:
    """What the model read: the one text, or the chat as JSON, as the harness writes chats."""
    before: list[Message] = []
    for message in trace.body["messages"]:
        if message["role"] == "assistant":
            break
        before.append(message)
    if len(before) == 1 and before[0]["role"] == "user":
        return _text(before)
    if before:
        return _json([{"role": one["role"], "content": _text([one])} for one in before])
    asked = trace.scenario.input
    return asked if isinstance(asked, str) else _json(asked)


def _text(messages: Sequence[Message]) -> str:
    return "\n\n".join(
        str(part["content"])
        for message in messages
        for part in message["parts"]
        if part.get("type") == "text" and part.get("content")
    )


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _json(value: Any) -> str:
    return canonical_json(value).decode("utf-8")
