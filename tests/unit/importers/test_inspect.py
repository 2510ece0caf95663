"""Inspect logs: both containers, every kind of score, failures, and hostile archives."""

import io
import json
import sys
import zipfile

import pytest

from evaldesk.domain.errors import InputError
from evaldesk.domain.trace import Score
from evaldesk.importers import inspect_archive
from evaldesk.importers.contract import RunHeader
from evaldesk.importers.inspect_spans import compact_spans, utc
from tests.unit.importers.files import notes, read, skipped, traces

HASH = "0123456789abcdef0123456789abcdef"
HEADER = {
    "version": 2,
    "status": "success",
    "eval": {
        "created": "2026-01-01T00:00:00+00:00",
        "task": "capital",
        "model": "vendor/m-1",
        "dataset": {"name": "capitals", "samples": 2, "sample_ids": ["b", "a/1"]},
    },
    "results": {"total_samples": 2, "scores": []},
}
SAMPLE = {
    "id": "a/1",
    "epoch": 1,
    "input": [{"id": "random", "role": "user", "content": f"attachment://{HASH}"}],
    "target": ["Bern", "Berne"],
    "messages": [
        {"id": "m0", "role": "user", "content": f"attachment://{HASH}"},
        {
            "id": "m1",
            "role": "assistant",
            "content": [
                {"type": "reasoning", "reasoning": "think", "signature": "s"},
                {"type": "text", "text": "Bern"},
                {"type": "image", "image": "data:image/png;base64,AAAA"},
            ],
            "tool_calls": [
                {"id": "c1", "function": "look", "arguments": {"q": 1}, "parse_error": "bad"}
            ],
            "model": "m-1",
        },
        {
            "id": "m2",
            "role": "tool",
            "tool_call_id": "c1",
            "function": "look",
            "content": "",
            "error": {"type": "timeout", "message": "too slow"},
        },
    ],
    "output": {"completion": "Bern", "choices": []},
    "scores": {
        "match": {"value": "P", "answer": "Bern", "explanation": "half"},
        "many": {"value": {"x": 0.25, "y": "C"}, "metadata": {"why": "kept"}},
        "flag": {"value": True},
        "word": {"value": "superb"},
        "none": {"value": float("nan")},
    },
    "attachments": {HASH: "Capital of Switzerland?"},
    "metadata": {"category": "europe", "weight": 2},
    "model_usage": {
        "vendor/m-1": {"input_tokens": 5, "output_tokens": 2},
        "vendor/grader": {"input_tokens": 500, "output_tokens": 200},
    },
    "total_time": 1.5,
    "events": [
        {"event": "span_begin", "id": "s1", "name": "solver", "timestamp": "2026-01-01T00:00:00Z"},
        {
            "event": "model",
            "timestamp": "2026-01-01T00:00:00.5Z",
            "model": "vendor/m-1",
            "output": {
                "time": 0.25,
                "usage": {"input_tokens": 5, "output_tokens": 2},
                "choices": [{"stop_reason": "stop", "message": {"id": "m1", "role": "assistant"}}],
            },
        },
        {"event": "span_end", "id": "s1", "timestamp": "2026-01-01T00:00:02Z"},
    ],
    "store": {"k": 1},
    "uuid": "u-1",
}
OTHER = {**SAMPLE, "id": "b", "scores": {"match": {"value": "I"}}}


def archive(path, samples, header=HEADER, method=zipfile.ZIP_DEFLATED, extra=()):
    if sys.version_info < (3, 14):
        from backports.zstd import zipfile as module
    else:
        module = zipfile
    with module.ZipFile(path, "w", method) as made:
        made.writestr("_journal/start.json", json.dumps({"version": 2, "eval": HEADER["eval"]}))
        for sample in samples:
            name = f"samples/{sample['id']}_epoch_{sample['epoch']}.json"
            made.writestr(name, json.dumps(sample))
        if header:
            made.writestr("header.json", json.dumps(header))
        for name, data in extra:
            made.writestr(name, data)
    return path


def document(path, samples, **header):
    path.write_text(json.dumps({**HEADER, "samples": samples, **header}))
    return path


@pytest.fixture(params=["deflate", "zstd", "json"])
def log(request, tmp_path):
    if request.param == "json":
        return document(tmp_path / "log.json", [OTHER, SAMPLE])
    method = 93 if request.param == "zstd" else zipfile.ZIP_DEFLATED
    return archive(tmp_path / "log.eval", [SAMPLE, OTHER], method=method)


def test_a_sample(log):
    items = read(log)
    header = items[0]
    assert isinstance(header, RunHeader)
    assert (header.system, header.dataset) == ("vendor/m-1", "capitals")
    other, trace = traces(items)
    assert other.scores == {"match": Score(0.0, "I")}
    assert trace.scenario.key == "a/1"
    assert trace.scenario.input == [{"role": "user", "content": "Capital of Switzerland?"}]
    assert trace.scenario.expected == '["Bern","Berne"]'
    assert trace.scenario.slices == {"category": "europe"}
    assert trace.scores == {
        "match": Score(0.5, "P", "half", "Bern"),
        "many.x": Score(0.25),
        "many.y": Score(1.0, "C"),
        "flag": Score(1.0),
        "word": Score(None, "superb"),
        "none": Score(None, "unscored"),
    }
    user, answer, tool = trace.body["messages"]
    assert user["parts"] == [{"type": "text", "content": "Capital of Switzerland?"}]
    assert [part["type"] for part in answer["parts"]] == ["reasoning", "text", "blob", "tool_call"]
    assert answer["parts"][3]["name"] == "look"
    assert answer["metadata"]["tool_calls"] == [{"id": "c1", "parse_error": "bad"}]
    assert answer["metadata"]["parts"] == [{"part": 0, "signature": "s"}]
    assert (answer["latency_ms"], answer["tokens_out"], answer["finish_reason"]) == (250, 2, "stop")
    assert tool["parts"][0]["error"] == "too slow"
    assert (trace.tokens_in, trace.tokens_out, trace.latency_ms) == (5, 2, 1500)
    assert trace.body["output"] == "Bern"
    assert trace.body["metadata"]["store"] == {"k": 1}
    assert trace.body["metadata"]["scores"] == {"many": {"metadata": {"why": "kept"}}}
    span, model = trace.body["spans"]
    assert (span["kind"], span["name"], span["latency_ms"]) == ("chain", "solver", 2000)
    assert span["attributes"]["event"] == "span"
    assert (model["kind"], model["tokens_out"]) == ("llm", 2)


def test_spans_stand_under_the_span_that_they_happened_in():
    events = [
        {"event": "span_begin", "id": "s1", "name": "solve", "timestamp": "2026-01-01T00:00:00Z"},
        {"event": "span_begin", "id": "s2", "parent_id": "s1", "type": "agent", "name": "helper"},
        {
            "event": "model",
            "span_id": "s2",
            "model": "m",
            "timestamp": "2026-01-01T00:00:01+00:00",
            "output": {
                "choices": [{"message": {"id": "a"}}],
                "usage": {"input_tokens": 3, "output_tokens": 1},
            },
            "error": "overloaded",
        },
        {"event": "tool", "span_id": "s2", "id": "call", "function": "look", "working_time": 0.5},
        {"event": "span_end", "id": "s1", "timestamp": "2026-01-01T00:00:02Z"},
        {"event": "score", "span_id": "s1"},
    ]
    answer = {"role": "assistant", "parts": [], "metadata": {"id": "a"}}
    result = {"role": "tool", "parts": [{"type": "tool_call_response", "id": "call"}]}
    outer, agent, model, tool, score = compact_spans(events, [answer, result])
    assert (outer["id"], outer["latency_ms"], "parent" in outer) == ("s1", 2000, False)
    assert (agent["parent"], agent["kind"]) == ("s1", "agent")
    assert (model["parent"], model["message"], model["model"]) == ("s2", 0, "m")
    assert (model["status"], model["error"], model["tokens_in"]) == ("error", "overloaded", 3)
    assert (tool["kind"], tool["name"], tool["message"], tool["latency_ms"]) == (
        "tool",
        "look",
        1,
        500,
    )
    assert tool["attributes"] == {"event": "tool", "tool_call_id": "call"}
    assert (score["kind"], score["name"]) == ("evaluator", "score")


def test_steps_of_old_logs_hold_what_happens_in_them():
    events = [
        {"event": "step", "action": "begin", "name": "outer", "timestamp": "2026-01-01T00:00:00"},
        {"event": "step", "action": "begin", "name": "inner"},
        {"event": "model", "model": "m"},
        {"event": "step", "action": "end", "name": "inner"},
        {"event": "state"},
        {"event": "step", "action": "end", "name": "outer", "timestamp": "2026-01-01T00:00:01"},
        {"event": "score"},
    ]
    outer, inner, model, state, score = compact_spans(events)
    assert (inner["parent"], model["parent"], state["parent"]) == (
        outer["id"],
        inner["id"],
        outer["id"],
    )
    assert "parent" not in score
    assert outer["latency_ms"] == 1000


def test_a_failed_sample_has_no_score(tmp_path):
    failed = {**SAMPLE, "error": {"message": "sandbox died", "traceback": "…"}}
    limited = {**OTHER, "limit": {"type": "token", "limit": 10}}
    items = read(document(tmp_path / "log.json", [failed, limited], status="error"))
    first, second = traces(items)
    assert (first.status, first.error, first.scores) == ("error", "sandbox died", {})
    assert first.body["metadata"]["scores_before_error"]["match"] == "P"
    assert (second.status, len(second.scores)) == ("incomplete", 1)
    assert "1 sample failed" in notes(items)
    assert "“error”, not “success”" in notes(items)


def test_epochs_are_trials(tmp_path):
    path = document(tmp_path / "log.json", [SAMPLE, {**SAMPLE, "epoch": 2}])
    assert [trace.trial for trace in traces(read(path))] == [0, 1]


def test_a_log_that_is_still_running(tmp_path):
    path = archive(tmp_path / "log.eval", [SAMPLE], header=None)
    items = read(path)
    assert len(traces(items)) == 1
    assert "“started”" in notes(items)


def test_a_log_without_samples_is_no_error(tmp_path):
    results = {
        "total_samples": 2,
        "scores": [{"name": "match", "metrics": {"accuracy": {"value": 0.5}}}],
    }
    path = document(tmp_path / "log.json", [], results=results)
    items = read(path)
    assert traces(items) == []
    assert "holds no samples" in notes(items)
    assert "match accuracy 0.5" in notes(items)


def test_samples_in_pieces(tmp_path):
    whole = {key: SAMPLE[key] for key in ("id", "epoch", "input", "target", "scores")}
    pool = [
        {"role": "user", "content": "attachment://1"},
        {"role": "assistant", "content": "draft"},
        {"role": "assistant", "content": "Bern"},
    ]
    folder = "samples/a/1_epoch_1"
    extra = [
        (
            f"{folder}/sample.json",
            json.dumps({**whole, "input": "q", "message_refs": [[0, 1], [2, 3]]}),
        ),
        (f"{folder}/messages/0.json", json.dumps(pool[:2])),
        (f"{folder}/messages/2.json", json.dumps(pool[2:])),
        (f"{folder}/attachments/0.json", json.dumps(["zero", "Capital?"])),
    ]
    path = archive(tmp_path / "log.eval", [], extra=extra)
    (trace,) = traces(read(path))
    assert [m["parts"][0]["content"] for m in trace.body["messages"]] == ["Capital?", "Bern"]


@pytest.mark.parametrize(
    ("sample", "reason"),
    [
        (5, "not an object"),
        ({"epoch": 1}, "no “id”"),
        ({**SAMPLE, "messages": 3}, "messages"),
        ({**SAMPLE, "epoch": 0}, "epoch"),
        (SAMPLE, "there twice"),
    ],
)
def test_bad_samples_are_named(tmp_path, sample, reason):
    path = document(tmp_path / "log.json", [SAMPLE, sample])
    with pytest.raises(InputError, match=reason) as caught:
        read(path)
    assert caught.value.record == "samples[1]"
    items = read(path, skip_bad=True)
    assert len(traces(items)) == 1
    assert len(skipped(items)) == 1


def test_names_that_climb_out_of_a_folder_reach_nothing(tmp_path):
    inner = tmp_path / "inner"
    inner.mkdir()
    sample = json.dumps({**SAMPLE, "id": "evil"})
    extra = [("samples/../../../evil_epoch_1.json", sample), ("/etc/passwd", "x"), ("../up", "x")]
    path = archive(inner / "log.eval", [SAMPLE], extra=extra)
    assert {trace.scenario.key for trace in traces(read(path))} == {"a/1", "evil"}
    assert sorted(file.name for file in tmp_path.rglob("*")) == ["inner", "log.eval"]


def test_an_archive_that_is_a_bomb(tmp_path, monkeypatch):
    monkeypatch.setattr(inspect_archive, "_RATIO_FREE", 1 << 16)
    monkeypatch.setattr(inspect_archive, "_RATIO_MAX", 100)
    bomb = {**SAMPLE, "id": "bomb", "target": "x" * (4 << 20)}
    path = archive(tmp_path / "log.eval", [SAMPLE, bomb])
    with pytest.raises(InputError, match="bomb") as caught:
        read(path)
    assert caught.value.record == "samples/bomb_epoch_1.json"


@pytest.mark.parametrize("name", [HASH, "7", "system-prompt"])
def test_an_attachment_is_put_back_whatever_its_name(tmp_path, name):
    message = {"role": "user", "content": f"attachment://{name}"}
    sample = {**SAMPLE, "messages": [message], "attachments": {name: "the long text"}}
    (trace,) = traces(read(document(tmp_path / "log.json", [sample])))
    assert trace.body["messages"][0]["parts"][0]["content"] == "the long text"


def test_attachments_cannot_grow_a_sample_without_bound(tmp_path, monkeypatch):
    from evaldesk.importers import inspect_sample

    monkeypatch.setattr(inspect_sample, "_RESOLVED_MAX", 10_000)
    many = [{"role": "user", "content": f"attachment://{HASH}"} for _ in range(100)]
    sample = {**SAMPLE, "messages": many, "attachments": {HASH: "x" * 1000}}
    (trace,) = traces(read(document(tmp_path / "log.json", [sample])))
    assert len(json.dumps(trace.body)) < 40_000


@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_a_cut_off_archive(tmp_path, keep):
    path = archive(tmp_path / "log.eval", [SAMPLE, OTHER])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * keep)])
    with pytest.raises(InputError, match="archive could not be opened"):
        read(path)


def test_a_damaged_member_is_named(tmp_path):
    path = archive(tmp_path / "log.eval", [SAMPLE], method=zipfile.ZIP_STORED)
    data = path.read_bytes()
    assert data.count(b'"uuid": "u-1"') == 1
    path.write_bytes(data.replace(b'"uuid": "u-1"', b'"uuid": "u-2"'))
    with pytest.raises(InputError, match="damaged") as caught:
        read(path)
    assert caught.value.record == "samples/a/1_epoch_1.json"


def test_a_member_that_is_no_json_is_named(tmp_path):
    path = archive(tmp_path / "log.eval", [], extra=[("samples/x_epoch_1.json", "{oops")])
    with pytest.raises(InputError, match="not JSON") as caught:
        read(path)
    assert caught.value.record == "samples/x_epoch_1.json"


def test_a_broken_member_can_be_left_out(tmp_path):
    path = archive(tmp_path / "log.eval", [OTHER], extra=[("samples/x_epoch_1.json", "{oops")])
    items = read(path, skip_bad=True)
    assert [bad.record for bad in skipped(items)] == ["samples/x_epoch_1.json"]
    assert len(traces(items)) == 1


def test_times_are_in_utc_so_that_a_converted_log_holds_the_same_traces():
    assert utc("2025-09-15T15:02:27.135165-04:00") == "2025-09-15T19:02:27.135165Z"
    assert utc("2025-09-15T19:02:27.135165+00:00") == "2025-09-15T19:02:27.135165Z"
    assert utc("2025-09-15T19:02:27") == "2025-09-15T19:02:27"
    assert utc("soon") == "soon"


def test_another_archive_is_not_taken_for_a_log(tmp_path):
    path = tmp_path / "a.zip"
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        made.writestr("readme.txt", "hi")
    path.write_bytes(data.getvalue())
    with pytest.raises(InputError, match="ZIP archive without"):
        read(path)
