"""Parquet: Phoenix's spans, EvalDesk's own traces, tables with a mapping, damaged files."""

import random
import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from evaldesk.domain import interchange
from evaldesk.domain.errors import InputError
from evaldesk.domain.identifiers import canonical_json
from evaldesk.importers import parquet_rows as rows_module
from evaldesk.importers.parquet_rows import parquet_rows
from evaldesk.importers.source import Source
from tests.unit.importers.files import read, skipped, traces
from tests.unit.importers.test_canonical import TRACE

TIME = datetime(2026, 1, 1, tzinfo=UTC)
CALL = pa.struct([("tool_call", pa.struct([("function", pa.struct([("name", pa.string())]))]))])
MESSAGE = pa.struct(
    [
        (
            "message",
            pa.struct(
                [("role", pa.string()), ("content", pa.string()), ("tool_calls", pa.list_(CALL))]
            ),
        )
    ]
)
DOCUMENT = pa.struct(
    [
        (
            "document",
            pa.struct(
                [
                    ("content", pa.string()),
                    ("score", pa.float64()),
                    ("metadata", pa.struct([("a", pa.int64()), ("b", pa.string())])),
                ]
            ),
        )
    ]
)


def said(role, content=None, calls=None):
    return {"message": {"role": role, "content": content, "tool_calls": calls}}


def phoenix(path, **columns):
    """A data frame of spans as Phoenix exports it: a chain, a retriever, a model."""
    document = {"document": {"content": "Bern is", "score": 0.5, "metadata": {"a": 1, "b": None}}}
    calls = [{"tool_call": {"function": {"name": "look"}}}]
    table = {
        "name": ["chain", "search", "call"],
        "span_kind": ["CHAIN", "RETRIEVER", "LLM"],
        "parent_id": [None, "a" * 16, "a" * 16],
        "start_time": pa.array([TIME] * 3, pa.timestamp("ns", "UTC")),
        "end_time": pa.array([TIME] * 3, pa.timestamp("ns", "UTC")),
        "status_code": ["OK", "OK", "ERROR"],
        "status_message": ["", "", "down"],
        "events": pa.array([[], [], []], pa.list_(pa.struct([("name", pa.string())]))),
        "context.span_id": ["a" * 16, "b" * 16, "c" * 16],
        "context.trace_id": ["d" * 32] * 3,
        "attributes.input.value": ["Capital?", "capital", None],
        "attributes.retrieval.documents": pa.array([None, [document], None], pa.list_(DOCUMENT)),
        "attributes.llm.input_messages": pa.array(
            [None, None, [said("user", "Capital?")]], pa.list_(MESSAGE)
        ),
        "attributes.llm.output_messages": pa.array(
            [None, None, [said("assistant", None, calls)]], pa.list_(MESSAGE)
        ),
        "attributes.llm.token_count.prompt": pa.array([None, None, 7.0], pa.float64()),
        "attributes.metadata": pa.array(
            [{"flow": "x", "other": None}, None, None],
            pa.struct([("flow", pa.string()), ("other", pa.string())]),
        ),
        **columns,
    }
    pq.write_table(pa.table(table), path)
    return path


def test_spans_of_phoenix(tmp_path):
    path = phoenix(
        tmp_path / "s.parquet",
        **{"eval.Correct.score": [None, None, 0.5], "eval.Correct.label": [None, None, "partly"]},
    )
    (trace,) = traces(read(path))
    assert [m["role"] for m in trace.body["messages"]] == ["user", "assistant"]
    assert trace.body["messages"][1]["parts"][0]["name"] == "look"
    (document,) = trace.body["documents"]
    assert (document["score"], document["query"], document["metadata"]) == (
        0.5,
        "capital",
        {"a": 1},
    )
    assert (trace.tokens_in, trace.started_at) == (7, "2026-01-01T00:00:00Z")
    assert trace.scenario.input == "Capital?"
    assert trace.body["metadata"]["metadata"] == {"flow": "x"}
    assert (trace.scores["Correct"].value, trace.scores["Correct"].label) == (0.5, "partly")
    assert trace.body["spans"][2]["error"] == "down"


def test_own_traces(tmp_path):
    path = tmp_path / "t.parquet"
    column = [canonical_json(TRACE).decode(), "{}", None]
    pq.write_table(pa.table({"id": ["x", "y", "z"], interchange.TRACE_COLUMN: column}), path)
    with pytest.raises(InputError, match="no canonical trace"):
        read(path)
    items = read(path, skip_bad=True)
    (trace,) = traces(items)
    assert trace.body["messages"] == TRACE["messages"]
    assert [item.record for item in skipped(items)] == ["row 2", "row 3"]


def test_a_table_with_a_mapping(tmp_path):
    path = tmp_path / "t.parquet"
    pq.write_table(pa.table({"q": ["Capital?"], "a": ["Bern"], "points": [0.5]}), path)
    mapping = {"input": "q", "output": "a", "scores": {"points": "points"}}
    (trace,) = traces(read(path, mapping))
    assert (trace.scenario.input, trace.body["output"]) == ("Capital?", "Bern")
    assert trace.scores["points"].value == 0.5
    with pytest.raises(InputError, match="colour"):
        read(path, {"input": "colour"})


def test_values_of_all_kinds(tmp_path):
    path = tmp_path / "t.parquet"
    table = pa.table(
        {
            "time": pa.array([TIME], pa.timestamp("us", "UTC")),
            "day": pa.array([TIME.date()], pa.date32()),
            "amount": pa.array([Decimal("1.50")], pa.decimal128(10, 2)),
            "bytes": pa.array([b"\xff\x00"], pa.binary()),
            "text": pa.array([b"abc"], pa.binary()),
            "nan": pa.array([float("nan")], pa.float64()),
            "long": pa.array([2**64 - 1], pa.uint64()),
            "map": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
            "word": pa.array(["x"]).dictionary_encode(),
            "nothing": pa.nulls(1),
        }
    )
    pq.write_table(table, path)
    ((place, values, raw),) = list(parquet_rows(Source(path)))
    assert place == "row 1"
    assert values == {
        "time": "2026-01-01T00:00:00Z",
        "day": "2026-01-01",
        "amount": 1.5,
        "bytes": "/wA=",
        "text": "abc",
        "nan": None,
        "long": "18446744073709551615",
        "map": {"a": 1},
        "word": "x",
        "nothing": None,
    }
    assert raw == canonical_json(values)


def test_what_unpacks_to_far_more_than_it_is(tmp_path, monkeypatch):
    path = tmp_path / "bomb.parquet"
    column = pa.DictionaryArray.from_arrays(pa.array([0] * 20_000, pa.int32()), ["x" * 100_000])
    pq.write_table(pa.table({"q": column}), path, compression="zstd")
    assert path.stat().st_size < 200_000
    monkeypatch.setattr(rows_module, "RATIO_FREE_BYTES", 1 << 20)
    with pytest.raises(InputError, match="unpacks to more than"):
        for _ in parquet_rows(Source(path)):
            pass


def test_damaged_files(tmp_path):
    whole = phoenix(tmp_path / "s.parquet").read_bytes()
    path = tmp_path / "damaged.parquet"
    rng = random.Random(7)
    seen = 0
    for number in range(300):
        data = bytearray(whole)
        for _ in range(rng.choice((1, 4, 16))):
            data[rng.randrange(4, len(data))] = rng.randrange(256)
        if number % 10 == 0:
            del data[rng.randrange(4, len(data)) :]
        path.write_bytes(data)
        try:
            read(path, format="parquet")
        except InputError as error:
            seen += error.path == str(path)
    assert seen > 30


def test_times_do_not_cost_the_import_of_pandas(tmp_path):
    nested = pa.array([[{"at": TIME}]], pa.list_(pa.struct([("at", pa.timestamp("ns"))])))
    columns = {"at": pa.array([TIME], pa.timestamp("ns")), "events": nested}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    program = (
        "import sys; from evaldesk.importers.parquet_rows import parquet_rows;"
        "from evaldesk.importers.source import Source;"
        "print(*(row[1] for row in parquet_rows(Source(sys.argv[1]))), 'pandas' in sys.modules)"
    )
    path = str(tmp_path / "t.parquet")
    said = subprocess.run(
        [sys.executable, "-c", program, path], capture_output=True, text=True, check=True
    ).stdout
    time = "2026-01-01T00:00:00"
    assert said.strip() == f"{ {'at': time, 'events': [{'at': time}]} } False"


def test_an_empty_file_that_says_it_is_parquet(tmp_path):
    path = tmp_path / "x.parquet"
    path.write_bytes(b"PAR1")
    with pytest.raises(InputError, match="cannot be read"):
        read(path)
