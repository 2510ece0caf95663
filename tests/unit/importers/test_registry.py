"""Formats are told by content; what is none of them is told in words; previews never fail."""

import gzip
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaldesk.domain.errors import InputError, NotFoundError
from evaldesk.domain.project import ImportNote, Skipped
from evaldesk.domain.rating import RatingRecord
from evaldesk.domain.trace import Scenario, TraceRecord
from evaldesk.importers.contract import ImportOptions, RunHeader
from evaldesk.importers.mapping import RatingMapping, TraceMapping
from evaldesk.importers.preview import preview, preview_ratings
from evaldesk.importers.registry import (
    RATING_FORMATS,
    TRACE_FORMATS,
    by_name,
    detect,
    detect_ratings,
)
from evaldesk.importers.source import Source

ITEMS = (TraceRecord, Scenario, RunHeader, ImportNote, Skipped)


def file(tmp_path, data):
    path = tmp_path / "a"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return Source(path)


def test_names_are_unique_and_found():
    names = [item.name for item in (*TRACE_FORMATS, *RATING_FORMATS)]
    assert len(set(names)) == len(names)
    assert all(by_name(item.name) is item for item in TRACE_FORMATS)
    with pytest.raises(NotFoundError, match="“tau2”"):
        by_name("tau-2")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('{"prompt": "q", "answer": "a"}\n{"prompt": "r", "answer": "b"}\n', "jsonl"),
        ('[{"prompt": "q", "answer": "a"}]', "jsonl"),
        ('{"prompt": "q", "answer": "a"}', "jsonl"),
        ("prompt,answer\nq,a\n", "csv"),
        ("prompt\tanswer\nq\ta\n", "csv"),
        ('[{"task_id": 1, "reward": 1, "info": {}, "traj": []}]', "tau-bench"),
        ('{"info": {"agent_info": {}}, "tasks": [], "simulations": []}', "tau2"),
        ('{"version": 2, "status": "success", "eval": {"task": "t", "model": "m"}}', "inspect"),
    ],
)
def test_content_decides(tmp_path, text, name):
    assert detect(file(tmp_path, text)).name == name


@pytest.mark.parametrize(
    ("data", "seen"),
    [
        ("", "it is empty"),
        ("  \n", "white space"),
        ("[1, 2]", ""),
        ('{"evalId": 1, "results": {}}', "“evalId”, “results”"),
        ("just a sentence", "begins with “just a sentence”"),
        (bytes(range(1, 200)), "not text"),
        (b"PK\x03\x04broken", "ZIP archive"),
    ],
)
def test_what_is_no_format_says_what_was_seen(tmp_path, data, seen):
    source = file(tmp_path, data)
    with pytest.raises(InputError) as caught:
        list(detect(source).read(source, ImportOptions()))
    assert seen in caught.value.message


def test_a_mapping_makes_any_json_object_a_record(tmp_path):
    source = file(tmp_path, '{"a": {"b": "q"}, "c": "x"}')
    mapping = TraceMapping.from_json({"input": "a.b", "output": "c"})
    found = detect(source, mapping)
    (trace,) = [
        item for item in found.read(source, ImportOptions(mapping)) if isinstance(item, TraceRecord)
    ]
    assert trace.scenario.input == "q"


def test_a_preview_shows_what_would_come_in(tmp_path):
    rows = "".join(json.dumps({"prompt": f"q{n}", "answer": "a"}) + "\n" for n in range(50))
    source = file(tmp_path, rows)
    made = preview(source, detect(source), limit=5)
    assert made.columns == ["prompt", "answer"]
    assert len(made.rows) == len(made.items) == 5
    assert made.mapping == TraceMapping(input="prompt", output="answer")
    assert made.problems == []
    wrong = preview(source, detect(source), TraceMapping(input="promt", output="answer"))
    assert "Did you mean “prompt”?" in wrong.problems[0]
    assert len(wrong.rows) == 20


def test_a_preview_of_bad_records_says_which(tmp_path):
    source = file(tmp_path, '{"prompt": "q", "answer": "a"}\n{oops\n{"prompt": "r", "answer": "b"}')
    made = preview(source, by_name("jsonl"))
    assert len(made.items) == 2
    assert made.problems[0].startswith("line 2: It is not JSON")


def test_a_preview_of_ratings(tmp_path):
    source = file(tmp_path, "item,rater,value\n1,a,3\n1,b,4\n")
    made = preview_ratings(source, detect_ratings(source))
    assert isinstance(made.mapping, RatingMapping)
    assert made.mapping.rater == "rater"
    assert all(isinstance(item, RatingRecord) for item in made.items)
    assert len(made.items) == 2


WORDS = """
    id prompt answer messages role content scenario key input parts task_id reward traj info
    simulations tasks instances annotations samples eval version score error
"""
NAMES = st.sampled_from(WORDS.split())
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES | st.text(max_size=4), inner, max_size=5)
    ),
    max_leaves=16,
)
LINES = st.lists(VALUES.map(json.dumps) | st.text(max_size=12), max_size=5).map("\n".join)


def outcome(read):
    """What reading gives: a list of items, or the path that the error names."""
    try:
        return list(read())
    except InputError as error:
        return error.path


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(LINES | VALUES.map(lambda value: json.dumps([value])) | VALUES.map(json.dumps))
def test_arbitrary_content_gives_records_or_an_input_error(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "a.jsonl"
    path.write_text(text, encoding="utf-8", errors="surrogatepass")
    for options in (ImportOptions(), ImportOptions(skip_bad=True)):
        read = outcome(lambda: detect(Source(path)).read(Source(path), options))  # noqa: B023
        assert read == str(path) or all(isinstance(item, ITEMS) for item in read)
        for item in TRACE_FORMATS:
            read = outcome(lambda: item.read(Source(path), options))  # noqa: B023
            assert read == str(path) or all(isinstance(one, ITEMS) for one in read)
        for rating in RATING_FORMATS:
            assert 0 <= rating.recognises(Source(path)) <= 1
            read = outcome(lambda: rating.read(Source(path), None, options))  # noqa: B023
            assert read == str(path) or not any(isinstance(one, TraceRecord) for one in read)


@settings(max_examples=100)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_give_records_or_an_input_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "a"
    path.write_bytes(data)
    source = Source(path)
    read = outcome(lambda: detect(source).read(source, ImportOptions(skip_bad=True)))
    assert read == str(path) or isinstance(read, list)


@pytest.mark.parametrize(
    ("name", "content", "said", "record"),
    [
        ("cut.jsonl.gz", gzip.compress(b'{"unit": 1}\n' * 999, mtime=0)[:40], "cut off", ""),
        ("deep.json", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "too deep", "line 1"),
        ("latin.csv", b"unit,rater,value\n1,caf\xe9,2\n", "not UTF-8", "line 2"),
        ("head.csv", b"a,b\n", "holds no records", ""),
        ("bomb.json.gz", gzip.compress(b"[" + b" " * (80 << 20)), "bomb", ""),
    ],
)
def test_why_a_file_cannot_be_read_is_said_and_not_that_it_was_not_recognised(
    tmp_path, name, content, said, record
):
    path = tmp_path / name
    path.write_bytes(content)
    for read in (lambda: list(detect(Source(path)).read(Source(path), ImportOptions())),
                 lambda: detect_ratings(Source(path))):  # fmt: skip
        with pytest.raises(InputError) as caught:
            read()
        assert said in str(caught.value)
        assert caught.value.record == record
        assert name in caught.value.path
