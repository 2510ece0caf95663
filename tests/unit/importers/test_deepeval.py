"""DeepEval's test runs: cases, conversations, tools, metrics, spans."""

import pytest

from evaldesk.domain.errors import InputError
from tests.unit.importers.files import read, skipped, traces, write_json

CASE = {
    "name": "test_case_0",
    "input": "Where is my parcel?",
    "actualOutput": "On its way.",
    "expectedOutput": "It comes today.",
    "context": ["fact"],
    "retrievalContext": ["doc one", "doc two"],
    "toolsCalled": [
        {"name": "track", "inputParameters": {"id": 7}, "output": "Berlin", "reasoning": "must"}
    ],
    "expectedTools": [{"name": "track"}],
    "tokenCost": 0.02,
    "inputTokenCount": 12,
    "outputTokenCount": 3,
    "completionTime": 1.5,
    "success": False,
    "tags": ["a"],
    "metadata": {"language": "de", "ticket": 9},
    "metricsData": [
        {
            "name": "Answer Relevancy",
            "threshold": 0.5,
            "success": True,
            "score": 0.9,
            "reason": "fits",
            "strictMode": False,
            "evaluationModel": "gpt-4.1",
            "evaluationCost": 0.001,
        },
        {"name": "Tone [GEval]", "success": False, "score": 0.2, "threshold": 0.5},
        {"name": "Tone [GEval]", "success": False, "score": 0.3, "threshold": 0.5},
        {"name": "Broken", "success": False, "score": None, "error": "no key"},
    ],
    "trace": {
        "uuid": "t",
        "startTime": "2026-01-01T00:00:00.000Z",
        "endTime": "2026-01-01T00:00:02.000Z",
        "threadId": "th",
        "agentSpans": [
            {
                "uuid": "1",
                "name": "agent",
                "type": "agent",
                "status": "SUCCESS",
                "startTime": "2026-01-01T00:00:00Z",
                "endTime": "2026-01-01T00:00:02Z",
                "availableTools": ["track"],
            }
        ],
        "llmSpans": [
            {
                "uuid": "2",
                "parentUuid": "1",
                "name": "call",
                "type": "llm",
                "status": "ERRORED",
                "error": "late",
                "model": "m",
                "inputTokenCount": 10.0,
                "outputTokenCount": 2,
                "costPerInputToken": 0.5,
                "startTime": "2026-01-01T00:00:01Z",
                "endTime": "2026-01-01T00:00:01.5Z",
            }
        ],
    },
}
TALK = {
    "name": "refund",
    "success": True,
    "scenario": "A customer wants money back.",
    "expectedOutcome": "refunded",
    "turns": [
        {"role": "assistant", "content": "Done.", "order": 1,
         "toolsCalled": [{"name": "refund", "inputParameters": {}, "output": None}],
         "retrievalContext": ["policy"]},
        {"role": "user", "content": "Money back!", "order": 0, "userId": "u"},
    ],
    "metricsData": [{"name": "Role Adherence", "score": 1, "success": True}],
}  # fmt: skip


def run(*cases, talks=(), **more):
    return {
        "testRunData": {
            "testCases": list(cases),
            "conversationalTestCases": list(talks),
            "metricsScores": [],
            "hyperparameters": {"model": "gpt-4o", "prompt_version": "v3"},
            "identifier": "nightly",
            **more,
        },
        "testRunLink": "x",
    }


def test_what_is_kept(tmp_path):
    items = read(write_json(tmp_path / ".latest_test_run.json", run(CASE, talks=[TALK])))
    header = items[0]
    assert (header.run, header.system) == ("nightly", "gpt-4o")
    assert header.metadata["hyperparameters"]["prompt_version"] == "v3"
    assert header.metadata["testRunLink"] == "x"
    case, talk = traces(items)
    assert [message["role"] for message in case.body["messages"]] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert case.body["messages"][1]["parts"][0]["arguments"] == {"id": 7}
    assert case.body["messages"][2]["parts"][0]["response"] == "Berlin"
    assert case.body["output"] == "On its way."
    assert case.body["expected"] == "It comes today."
    assert [item["content"] for item in case.body["documents"]] == ["doc one", "doc two"]
    assert {name: score.value for name, score in case.scores.items()} == {
        "pass": 0.0,
        "Answer Relevancy": 0.9,
        "Tone [GEval]": 0.2,
        "Tone [GEval] (2)": 0.3,
        "Broken": None,
    }
    assert case.scores["Answer Relevancy"].explanation == "fits"
    assert case.scores["Broken"].explanation == "no key"
    assert (case.latency_ms, case.cost, case.tokens_in, case.tokens_out) == (1500, 0.02, 12, 3)
    assert case.scenario.slices == {"language": "de"}
    assert case.scenario.metadata["expectedTools"] == [{"name": "track"}]
    assert case.body["metadata"]["metrics"]["Answer Relevancy"]["threshold"] == 0.5
    assert case.body["metadata"]["prompt_version"] == "v3"
    assert case.body["metadata"]["tags"] == ["a"]
    agent, llm = case.body["spans"]
    assert agent["attributes"] == {"availableTools": ["track"]}
    assert (llm["parent"], llm["kind"], llm["status"], llm["error"]) == (
        "1",
        "llm",
        "error",
        "late",
    )
    assert (llm["latency_ms"], llm["tokens_in"], llm["cost"]) == (500, 10, 5)
    assert talk.scenario.key == "refund"
    assert talk.scenario.input == "A customer wants money back."
    assert [message["role"] for message in talk.body["messages"]] == [
        "user",
        "assistant",
        "assistant",
    ]
    assert talk.body["documents"][0]["content"] == "policy"


def test_numbers_given_in_passing_name_no_case(tmp_path):
    cases = [{**CASE, "name": f"test_case_{n}", "input": text} for n, text in enumerate("abb")]
    made = traces(read(write_json(tmp_path / "a.json", run(*cases))))
    assert len({trace.scenario.key for trace in made}) == 2
    assert [trace.trial for trace in made] == [0, 0, 1]


def test_a_bare_run_and_images(tmp_path):
    case = {**CASE, "imagesMapping": {"i": {"dataBase64": "AA==", "mimeType": "image/png"}}}
    (trace,) = traces(read(write_json(tmp_path / "a.json", run(case)["testRunData"])))
    assert trace.body["messages"][0]["parts"][1]["type"] == "blob"


def test_what_is_no_case_is_told(tmp_path):
    path = write_json(tmp_path / "a.json", run(CASE, {"name": "x"}, 7))
    with pytest.raises(InputError, match=r"testRunData.testCases\[1\]"):
        read(path)
    assert len(skipped(read(path, skip_bad=True))) == 2


def test_a_long_run_is_known_by_its_beginning(tmp_path):
    path = write_json(tmp_path / "a.json", run({**CASE, "comments": "x" * (5 << 20)}))
    assert len(traces(read(path))) == 1
