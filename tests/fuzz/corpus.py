"""What mutations begin with: small sound files of every format, written here, and real ones cut
small.
"""

import csv
import gzip
import io
import json
import random
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MOST_BYTES = 24_000


@dataclass(frozen=True, slots=True)
class Seed:
    """One sound file.

    Attributes:
        name: of the file; its ending is the format's own.
        format: name of the format that reads it.
        data: its bytes.
        value: the JSON value that ``data`` is; None where it is none.
        lines: whether ``value`` is written one element a line.
    """

    name: str
    format: str
    data: bytes
    value: Any = None
    lines: bool = False


def written(value: Any, *, lines: bool = False, **how: Any) -> bytes:
    """A value as JSON, or JSON Lines. Lone surrogates and NaN are written as Python writes them."""
    how.setdefault("ensure_ascii", True)
    if lines and isinstance(value, list):
        text = "".join(json.dumps(item, **how) + "\n" for item in value)
    else:
        text = json.dumps(value, **how)
    return text.encode("utf-8", "surrogatepass")


def seeds(real: Path | None = None) -> list[Seed]:
    """Those written here, and those cut from real files where a folder of them is given."""
    return [*_own(), *(_real(real) if real is not None else ())]


# ---------------------------------------------------------------------------------- written here

_TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": [{"type": "text", "text": "Where is it?"}]},
    {
        "role": "assistant",
        "content": None,
        "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "find", "arguments": '{"x": 1}'}}
        ],
    },
    {"role": "tool", "tool_call_id": "c1", "content": "here"},
    {"role": "assistant", "content": "It is here.", "refusal": None},
]
_USAGE = {"prompt_tokens": 10, "completion_tokens": 2, "total_tokens": 12}
_ANSWER = {
    "id": "x1",
    "object": "chat.completion",
    "created": 1767225600,
    "model": "gpt-4o",
    "choices": [{"index": 0, "message": _TALK[-1], "finish_reason": "stop"}],
    "usage": _USAGE,
}
_CANONICAL = {
    "id": "a" * 64,
    "run": "r",
    "system": "s",
    "trial": 0,
    "status": "ok",
    "error": None,
    "started_at": "2026-01-01T00:00:00Z",
    "latency_ms": 12.5,
    "tokens_in": 1,
    "tokens_out": 2,
    "cost": 0.1,
    "scenario": {
        "key": "k",
        "input": {"q": 1},
        "tier": "critical",
        "slices": {"language": "de"},
        "expected": "e",
        "origin": "o",
        "title": "t",
        "metadata": {"a": 1},
    },
    "scores": {"pass": {"value": 1.0, "label": "C", "explanation": "x", "answer": "a"}},
    "annotations": [{"name": "thumbs", "value": 1, "comment": "c", "metadata": {}}],
    "messages": [{"role": "user", "parts": [{"type": "text", "content": "hi"}]}],
    "documents": [{"content": "d", "rank": 1}],
    "spans": [{"name": "s", "id": "1", "kind": "llm", "latency_ms": 3.0}],
    "output": "o",
    "metadata": {"m": [1, {"n": None}]},
}
_RECORD = {
    "id": 7,
    "question": "q?",
    "answer": "a",
    "context": ["one", {"content": "two", "score": 0.5}],
    "expected": "e",
    "model": "m",
    "score": 0.5,
    "pass": True,
    "latency_ms": 10,
    "tokens_in": 3,
    "cost": 0.01,
    "language": "de",
    "error": None,
    "trial": 0,
    "timestamp": "2026-01-01",
}
_TAU = {
    "task_id": 1,
    "trial": 0,
    "reward": 1.0,
    "info": {"task": {"instruction": "i", "actions": [{"name": "f", "kwargs": {}}], "outputs": []}},
    "traj": _TALK,
}
_TAU2 = {
    "timestamp": "2026-01-01",
    "info": {"environment_info": {"domain_name": "airline", "tool_defs": [{"name": "f"}]},
             "agent_info": {"llm": "m", "implementation": "x"}, "num_trials": 1},
    "tasks": [{"id": "1", "user_scenario": {"instructions": "i"},
               "evaluation_criteria": {"a": []}}],
    "simulations": [{"id": "s", "task_id": "1", "trial": 0, "messages": _TALK, "duration": 1.5,
                     "reward_info": {"reward": 1.0}, "termination_reason": "user_stop",
                     "agent_cost": 0.1}],
}  # fmt: skip
_INSPECT_SAMPLE = {
    "id": "s1",
    "epoch": 1,
    "input": "q attachment://0",
    "target": ["a"],
    "choices": ["a", "b"],
    "messages": [{"role": "user", "content": "q"},
                 {"role": "assistant", "content": "a", "id": "m"}],
    "output": {"model": "m", "usage": {"input_tokens": 1, "output_tokens": 2}, "choices": [
        {"message": {"role": "assistant", "content": "a", "id": "m"}, "stop_reason": "stop"}]},
    "scores": {"match": {"value": "C", "answer": "a", "explanation": "e"},
               "many": {"value": {"x": 1, "y": "I"}}},
    "metadata": {"language": "de"},
    "events": [{"event": "span_begin", "id": "e", "name": "n", "timestamp": "2026-01-01T00:00:00Z"},
               {"event": "model", "model": "m", "timestamp": "2026-01-01T00:00:00Z",
                "output": {"choices": [], "time": 0.5}, "working_time": 1.0},
               {"event": "span_end", "id": "e", "timestamp": "2026-01-01T00:00:01Z"}],
    "model_usage": {"m": {"input_tokens": 1, "output_tokens": 2}},
    "attachments": {"0": "text"},
    "error": None,
    "limit": None,
    "total_time": 1.5,
}  # fmt: skip
_INSPECT = {
    "version": 2,
    "status": "success",
    "eval": {"task": "t", "model": "m", "created": "2026-01-01",
             "dataset": {"name": "d", "sample_ids": ["s1"]}},
    "results": {"total_samples": 1, "scores": [{"name": "match", "metrics": {}}]},
}  # fmt: skip
_PROMPTFOO_RESULT = {
    "id": "r",
    "promptIdx": 0,
    "testIdx": 0,
    "provider": {"id": "openai:gpt-4o", "label": ""},
    "prompt": {"raw": "Say {{n}}", "label": "Say"},
    "vars": {"n": 1, "language": "de", "context": ["d"]},
    "response": {"output": "ok", "tokenUsage": {"prompt": 1, "completion": 2}, "cost": 0.1},
    "success": True,
    "score": 1,
    "namedScores": {"tone": 0.5},
    "latencyMs": 3,
    "failureReason": 0,
    "gradingResult": {
        "pass": True, "score": 1, "reason": "r", "comment": "c", "componentResults": [
            {"pass": True, "score": 1, "reason": "r",
             "assertion": {"type": "human", "metric": "tone"}}]},
    "testCase": {"vars": {"n": 1}, "assert": [{"type": "equals", "value": "ok"}], "metadata": {}},
}  # fmt: skip
_PROMPTFOO = {
    "evalId": "e",
    "results": {"version": 3, "timestamp": "t", "prompts": [{"raw": "p", "label": "p",
                "provider": "openai:gpt-4o"}], "results": [_PROMPTFOO_RESULT], "stats": {}},
    "config": {"description": "d"},
    "shareableUrl": None,
}  # fmt: skip
_PROMPTFOO_TABLE = {
    "version": 2,
    "results": [],
    "stats": {},
    "table": {"head": {"prompts": ["[m] p"], "vars": ["q"]},
              "body": [{"vars": ["1"], "outputs": ["[PASS] (1.00) yes", {"pass": False, "text": "n",
                        "prompt": "p", "provider": "m"}], "test": {"vars": {"q": "1"}}}]},
}  # fmt: skip
_PROMPTFOO_YAML = b"""evalId: e
results:
  version: 3
  prompts: &p
    - {raw: Say, label: Say, provider: 'openai:gpt-4o'}
  results:
    - promptIdx: 0
      provider: {id: 'openai:gpt-4o'}
      prompt: {raw: Say 1, label: Say}
      vars: &v {n: 1, when: 2024-10-04}
      response: {output: "ok", tokenUsage: {prompt: 1}}
      success: true
      score: 0.5
      namedScores: {}
      testCase: {vars: *v}
      gradingResult: null
config: {prompts: *p}
"""
_PROMPTFOO_CSV = (
    b"Description,q,[m] Say {{q}},Status,Score,Named Scores,Grader Reason,Comment\n"
    b'd,hi,Hello,PASS,0.90,"{""tone"":0.5}",fine,nice\nd,ho,boom,ERROR,0.00,,,\n'
)
_LM_EVAL = [
    {
        "doc_id": number,
        "doc": {"question": "q", "choices": ["a", "b"], "category": "c"},
        "target": "1",
        "arguments": {"gen_args_0": {"arg_0": "q", "arg_1": " a"},
                      "gen_args_1": {"arg_0": "q", "arg_1": " b"}},
        "resps": [[["-1.5", "False"]], [["-0.5", "True"]]],
        "filtered_resps": [["-1.5", "False"], ["-0.5", "True"]],
        "filter": name,
        "metrics": ["acc"],
        "acc": 1.0,
        "doc_hash": "h",
    }
    for name in ("none", "other")
    for number in (0, 1)
]  # fmt: skip
_DEEPEVAL = {
    "testRunData": {
        "testCases": [{
            "name": "test_case_0", "input": "q", "actualOutput": "a", "expectedOutput": "e",
            "retrievalContext": ["d"], "context": ["c"], "completionTime": 1.5, "tokenCost": 0.1,
            "toolsCalled": [{"name": "f", "inputParameters": {"x": 1}, "output": "o"}],
            "success": True, "metadata": {"language": "de"},
            "imagesMapping": {"i": {"url": "u"}},
            "metricsData": [{"name": "m", "score": 0.5, "threshold": 0.5, "reason": "r"}],
            "trace": {"uuid": "t", "startTime": "2026-01-01T00:00:00Z", "llmSpans": [
                {"uuid": "1", "name": "n", "type": "llm", "startTime": "2026-01-01T00:00:00Z",
                 "endTime": "2026-01-01T00:00:01Z", "inputTokenCount": 3, "model": "m",
                 "costPerInputToken": 0.1}]},
        }],
        "conversationalTestCases": [{"name": "c", "success": True, "metricsData": [], "turns": [
            {"role": "user", "content": "hi", "order": 0},
            {"role": "assistant", "content": "ho", "order": 1, "toolsCalled": [{"name": "f"}]}]}],
        "hyperparameters": {"model": "m", "prompt": {"alias": "p", "version": "1"}},
    },
    "testRunLink": None,
}  # fmt: skip
_RAGAS = [
    {"user_input": "q", "response": "a", "retrieved_contexts": ["c"], "reference": "r",
     "faithfulness": 0.5, "rubrics": {"s": "x"}},
    {"user_input": [{"content": "q", "type": "human"}, {"content": "", "type": "ai", "tool_calls": [
        {"name": "f", "args": {"x": 1}}]}, {"content": "t", "type": "tool"}],
     "reference_tool_calls": [{"name": "f", "args": {}}], "reference": "r"},
]  # fmt: skip
_OPENAI_EVALS = [
    {"spec": {"completion_fns": ["gpt-4o"], "eval_name": "e.dev.v0", "run_id": "r",
              "created_at": "2026-01-01"}},
    {"run_id": "r", "event_id": 0, "sample_id": "e.dev.0", "type": "sampling",
     "data": {"prompt": _TALK[:2], "sampled": ["a"]}, "created_by": "", "created_at": "2026"},
    {"run_id": "r", "event_id": 1, "sample_id": "e.dev.0", "type": "match",
     "data": {"correct": True, "expected": "a", "picked": "a"}, "created_at": "2026"},
    {"final_report": {"accuracy": 1.0}},
]  # fmt: skip
_OPENAI_ITEM = {
    "object": "eval.run.output_item", "id": "o", "run_id": "r", "eval_id": "e", "status": "pass",
    "created_at": 1767225600, "datasource_item_id": 1, "datasource_item": {"question": "q"},
    "results": [{"name": "g", "type": "string_check", "score": 1.0, "passed": True,
                 "sample": None}],
    "sample": {"input": _TALK[:2], "output": [_TALK[-1]], "finish_reason": "stop", "model": "m",
               "usage": _USAGE, "error": None, "temperature": 1, "seed": 1},
}  # fmt: skip
_ANTHROPIC = {
    "custom_id": "c",
    "params": {"model": "m", "max_tokens": 10, "system": "s", "messages": [
        {"role": "user", "content": [{"type": "text", "text": "q"}]}]},
    "result": {"type": "succeeded", "message": {
        "id": "m", "type": "message", "role": "assistant", "model": "claude",
        "stop_reason": "end_turn",
        "content": [{"type": "thinking", "thinking": "t", "signature": "s"},
                    {"type": "tool_use", "id": "u", "name": "f", "input": {"x": 1}}],
        "usage": {"input_tokens": 1, "output_tokens": 2}}},
}  # fmt: skip
_OPENHANDS = {
    "instance_id": "a__b-1", "instruction": "i",
    "instance": {"repo": "r", "problem_statement": "p"},
    "metrics": {"accumulated_cost": 0.1, "costs": [{"model": "m", "cost": 0.1}]},
    "test_result": {"git_patch": "d", "report": {"resolved": True}}, "error": None,
    "history": [
        {"id": 0, "source": "user", "action": "message", "args": {"content": "i"},
         "timestamp": "2026-01-01T00:00:00"},
        {"id": 1, "source": "agent", "action": "run", "args": {"command": "ls"},
         "tool_call_metadata": {"tool_call_id": "c", "function_name": "run"}},
        {"id": 2, "cause": 1, "source": "agent", "observation": "run", "content": "x",
         "extras": {"exit_code": 0}}],
}  # fmt: skip
_MINI = {
    "trajectory_format": "mini-swe-agent-1.1",
    "info": {"exit_status": "Submitted", "submission": "d", "model_stats": {"instance_cost": 0.1,
             "api_calls": 1}, "config": {"model": {"model_name": "m"}}},
    "messages": [
        {"role": "user", "content": "i"},
        {"role": "assistant", "content": "```bash\nls```", "extra": {"response": _ANSWER}}],
    "instance_id": "a__b-1",
}  # fmt: skip
_LANGSMITH = {
    "id": "11111111-1111-4111-8111-111111111111", "name": "n", "run_type": "llm",
    "trace_id": "11111111-1111-4111-8111-111111111111", "dotted_order": "20260101T000000000000Z1",
    "parent_run_id": None, "session_name": "p", "start_time": "2026-01-01T00:00:00",
    "end_time": "2026-01-01T00:00:01", "status": "success", "error": None, "tags": ["t"],
    "inputs": {"messages": _TALK[:2]}, "outputs": {"choices": _ANSWER["choices"]},
    "extra": {"metadata": {"ls_model_name": "m"}}, "prompt_tokens": 1, "completion_tokens": 2,
    "total_cost": 0.1, "feedback_stats": {"thumbs": {"n": 1, "avg": 1.0}},
}  # fmt: skip
_SPAN = {
    "traceId": "0af7651916cd43dd8448eb211c80319c", "spanId": "b7ad6b7169203331", "name": "chat m",
    "kind": 3, "startTimeUnixNano": "1767225600000000000", "endTimeUnixNano": "1767225601000000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "m"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "3"}},
        {"key": "gen_ai.input.messages", "value": {"stringValue": json.dumps(
            [{"role": "user", "parts": [{"type": "text", "content": "q"}]}])}}],
    "events": [{"name": "gen_ai.choice", "timeUnixNano": "1", "attributes": []}],
    "status": {"code": 1},
}  # fmt: skip
_OTLP = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [
    {"scope": {"name": "s"}, "spans": [_SPAN]}]}]}  # fmt: skip
_MLFLOW = {
    "info": {"trace_id": "tr-1", "request_time": "2026-01-01T00:00:00Z", "state": "OK",
             "execution_duration_ms": 5, "request_preview": "q", "tags": {"mlflow.traceName": "n"},
             "trace_metadata": {"mlflow.trace.tokenUsage": '{"input_tokens": 1}'},
             "assessments": [{"assessment_name": "a", "feedback": {"value": True},
                              "source": {"source_type": "HUMAN", "source_id": "u"}}]},
    "data": {"spans": [
        {"trace_id": "AAAA", "span_id": "AQ==", "parent_span_id": None, "name": "n",
         "start_time_unix_nano": 1767225600000000000, "end_time_unix_nano": 1767225601000000000,
         "attributes": {"mlflow.spanType": '"CHAT_MODEL"', "mlflow.spanInputs": json.dumps(
             {"messages": _TALK}), "mlflow.spanOutputs": json.dumps(_ANSWER)},
         "status": {"code": "STATUS_CODE_OK"}, "events": []}]},
}  # fmt: skip
_SCENARIO = {"key": "k", "input": "q", "tier": "critical", "slices": {"a": "b"}, "expected": "e",
             "origin": "o", "title": "t", "metadata": {}}  # fmt: skip


def _own() -> Iterator[Seed]:
    documents: dict[str, tuple[str, Any]] = {
        "tau2.json": ("tau2", _TAU2),
        "inspect.json": ("inspect", {**_INSPECT, "samples": [_INSPECT_SAMPLE]}),
        "promptfoo.json": ("promptfoo", _PROMPTFOO),
        "table.json": ("promptfoo", _PROMPTFOO_TABLE),
        "deepeval.json": ("deepeval", _DEEPEVAL),
        "otlp.json": ("otlp", _OTLP),
        "mini.traj.json": ("mini-swe-agent", _MINI),
        "mlflow.json": ("mlflow", _MLFLOW),
        "item.json": (
            "openai-items",
            {"object": "list", "data": [_OPENAI_ITEM], "has_more": False},
        ),
    }
    for name, (format, value) in documents.items():
        yield Seed(name, format, written(value), value)
    lines: dict[str, tuple[str, list[Any]]] = {
        "canonical.jsonl": ("jsonl", [_CANONICAL, {**_CANONICAL, "trial": 1}]),
        "records.jsonl": ("jsonl", [_RECORD, {**_RECORD, "id": 8}]),
        "scenarios.jsonl": ("scenarios", [_SCENARIO]),
        "tau.json": ("tau-bench", [_TAU, {**_TAU, "trial": 1}]),
        "promptfoo.jsonl": ("promptfoo", [_PROMPTFOO_RESULT, _PROMPTFOO_RESULT]),
        "samples_x.jsonl": ("lm-eval", _LM_EVAL),
        "ragas.jsonl": ("ragas", _RAGAS),
        "evals.jsonl": ("openai-evals", _OPENAI_EVALS),
        "items.jsonl": ("openai-items", [_OPENAI_ITEM, _OPENAI_ITEM]),
        "chat.jsonl": ("openai-chat", [{"messages": _TALK}, {"messages": _TALK[:2]}]),
        "answers.jsonl": ("openai-chat", [{"request": {"messages": _TALK}, "response": _ANSWER}]),
        "anthropic.jsonl": ("anthropic-messages", [_ANTHROPIC, _ANTHROPIC]),
        "openhands.jsonl": ("openhands", [_OPENHANDS]),
        "langsmith.jsonl": ("langsmith", [_LANGSMITH, {**_LANGSMITH, "id": "2"}]),
    }
    for name, (format, items) in lines.items():
        yield Seed(name, format, written(items, lines=True), items, lines=True)
    yield Seed("promptfoo.yaml", "promptfoo", _PROMPTFOO_YAML)
    yield Seed("promptfoo.csv", "promptfoo", _PROMPTFOO_CSV)
    yield Seed("records.csv", "csv", _table([_RECORD, _RECORD]))
    yield Seed("log.eval", "inspect", zipped(_inspect_members()))
    yield Seed("records.xlsx", "xlsx", _workbook())
    yield Seed("records.parquet", "parquet", _parquet())


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP file of these members."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as made:
        for name, data in members.items():
            made.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data, method)
    return held.getvalue()


def _inspect_members() -> dict[str, bytes]:
    chunked = {**_INSPECT_SAMPLE, "id": "s2", "message_refs": [[0, 2]]}
    messages = chunked.pop("messages")
    return {
        "header.json": written(_INSPECT),
        "samples/s1_epoch_1.json": written(_INSPECT_SAMPLE),
        "samples/s2_epoch_1/sample.json": written(chunked),
        "samples/s2_epoch_1/messages/0.json": written(messages),
    }


def _table(records: list[dict[str, Any]]) -> bytes:
    held = io.StringIO()
    writer = csv.DictWriter(held, list(records[0]), lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow(
            {key: json.dumps(value) if isinstance(value, list) else value
             for key, value in record.items()}
        )  # fmt: skip
    return held.getvalue().encode()


def _workbook() -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(list(_RECORD))
    for _ in range(3):
        sheet.append([json.dumps(value) if isinstance(value, list) else value
                      for value in _RECORD.values()])  # fmt: skip
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def _parquet() -> bytes:
    import pyarrow
    from pyarrow import parquet

    flat = {name: value for name, value in _RECORD.items() if name != "context"}
    rows = [{**flat, "context": ["a", "b"], "nested": [{"x": [{"y": n}]}]} for n in range(3)]
    held = io.BytesIO()
    parquet.write_table(pyarrow.Table.from_pylist(rows), held)
    return held.getvalue()


# ---------------------------------------------------------------------------------- real files


def _real(folder: Path) -> Iterator[Seed]:
    from evaldesk.domain.errors import InputError
    from evaldesk.importers.registry import detect
    from evaldesk.importers.source import Source

    for part in ("traces", "evallogs", "labels", "derived", "reference"):
        for path in sorted((folder / part).rglob("*")):
            if not path.is_file() or path.suffix in (".txt", ".md"):
                continue
            try:
                format = detect(Source(path)).name
            except InputError:
                format = ""
            yield from _cut(path, format)


def _cut(path: Path, format: str) -> Iterator[Seed]:
    raw = path.read_bytes()
    name = path.name
    if raw[:2] == b"\x1f\x8b":
        raw, name = gzip.decompress(raw), name.removesuffix(".gz")
    if raw[:2] == b"PK":
        if len(raw) <= MOST_BYTES:
            yield Seed(name, format, raw)
        return
    try:
        value = json.loads(raw)
    except ValueError:
        lines = raw.splitlines(keepends=True)
        try:
            value = [json.loads(line) for line in lines[:3]]
        except ValueError:
            yield Seed(name, format, b"".join(lines[:40])[:MOST_BYTES])
            return
        value = _slimmed(value)
        yield Seed(name, format, written(value, lines=True), value, lines=True)
        return
    value = _slimmed(value)
    yield Seed(name, format, written(value), value)


def _slimmed(value: Any) -> Any:
    for items, letters in ((12, 400), (6, 200), (4, 120), (3, 60), (2, 30)):
        made = _fewer(value, items, letters)
        if len(written(made)) <= MOST_BYTES:
            break
    return made


def _fewer(value: Any, items: int, letters: int) -> Any:
    if isinstance(value, str):
        if len(value) > letters and value[:1] in "[{":
            try:
                return json.dumps(_fewer(json.loads(value), items, letters))
            except ValueError:
                pass
        return value[:letters]
    if isinstance(value, list):
        return [_fewer(item, items, letters) for item in value[:items]]
    if isinstance(value, dict):
        return {key: _fewer(item, items, letters) for key, item in list(value.items())[:80]}
    return value


def chosen(of: list[Seed], rng: random.Random) -> Seed:
    """One of them; each format as often as any other, however many files it has."""
    formats = sorted({seed.format for seed in of})
    format = rng.choice(formats)
    return rng.choice([seed for seed in of if seed.format == format])
