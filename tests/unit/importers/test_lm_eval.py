"""lm-evaluation-harness samples: filters, repeats, multiple choice, chat prompts, old files."""

import pytest

from evaldesk.domain.errors import InputError
from tests.unit.importers.files import notes, read, skipped, traces, write_jsonl


def sample(doc_id=0, **more):
    return {
        "doc_id": doc_id,
        "doc": {"question": f"What is {doc_id}+1?", "answer": str(doc_id + 1), "level": "easy"},
        "target": str(doc_id + 1),
        "arguments": {"gen_args_0": {"arg_0": f"Q: {doc_id}+1?", "arg_1": {"until": ["\n"]}}},
        "resps": [[f"It is {doc_id + 1}."]],
        "filtered_resps": [f"It is {doc_id + 1}."],
        "filter": "none",
        "metrics": ["exact_match"],
        "exact_match": 1.0,
        "doc_hash": "abc",
        **more,
    }


def strict(doc_id=0, **more):
    return sample(doc_id, filter="strict-match", filtered_resps=[str(doc_id + 1)], **more)


def flexible(doc_id=0, **more):
    return sample(doc_id, filter="flexible-extract", filtered_resps=["[invalid]"], exact_match=0.0)


def test_one_filter_keeps_the_names_of_its_metrics(tmp_path):
    items = read(write_jsonl(tmp_path / "samples_gsm8k_2025-01-02T03-04-05.6.jsonl", [strict()]))
    (trace,) = traces(items)
    assert items[0].dataset == "gsm8k"
    assert set(trace.scores) == {"exact_match"}
    assert trace.scores["exact_match"].answer == "1"
    assert trace.body["output"] == "It is 1."
    assert trace.body["metadata"]["filter"] == "strict-match"
    assert trace.body["metadata"]["filtered_resps"] == ["1"]
    assert trace.scenario.slices == {"level": "easy"}


def test_several_filters_are_scores_of_one_trace(tmp_path):
    rows = [strict(0), strict(1), flexible(0), flexible(1)]
    items = read(write_jsonl(tmp_path / "a.jsonl", rows))
    made = traces(items)
    assert [trace.scenario.key for trace in made] == ["0", "1"]
    assert [trace.trial for trace in made] == [0, 0]
    for trace in made:
        assert {name: score.value for name, score in trace.scores.items()} == {
            "exact_match,strict-match": 1.0,
            "exact_match,flexible-extract": 0.0,
        }
        assert trace.scores["exact_match,flexible-extract"].answer == "[invalid]"
        assert set(trace.body["metadata"]["filtered_resps"]) == {"strict-match", "flexible-extract"}
    assert "2 filters" in notes(items)


def test_all_repeats_are_shown(tmp_path):
    row = sample(resps=[["one", "two", "three"]], filtered_resps=["two"])
    (trace,) = traces(read(write_jsonl(tmp_path / "a.jsonl", [row])))
    texts = [message["parts"][0]["content"] for message in trace.body["messages"]]
    assert texts == ["Q: 0+1?", "one", "two", "three"]
    assert trace.body["output"] == "two"


CHOICE = {
    "doc_id": 3,
    "doc": {"query": "Sky?", "choices": ["green", "blue"], "gold": 1},
    "target": "1",
    "arguments": {
        "gen_args_0": {"arg_0": "Sky?", "arg_1": " green"},
        "gen_args_1": {"arg_0": "Sky?", "arg_1": " blue"},
    },
    "filtered_resps": [["-2.5", "False"], ["-0.5", "True"]],
    "filter": "none",
    "metrics": ["acc", "acc_norm"],
    "acc": 1.0,
    "acc_norm": 0.0,
}


@pytest.mark.parametrize(
    "resps",
    [
        [[["-2.5", "False"]], [["-0.5", "True"]]],
        [[[-2.5, False]], [[-0.5, True]]],
        [[-2.5, False], [-0.5, True]],
    ],
    ids=["text", "numbers", "flat"],
)
def test_multiple_choice_shows_the_likeliest(tmp_path, resps):
    (trace,) = traces(read(write_jsonl(tmp_path / "a.jsonl", [{**CHOICE, "resps": resps}])))
    assert trace.body["output"] == "blue"
    assert trace.body["expected"] == "blue"
    assert trace.scenario.input == {"query": "Sky?", "choices": ["green", "blue"]}
    assert trace.body["metadata"]["choices"] == [
        {"choice": " green", "loglikelihood": -2.5, "greedy": False},
        {"choice": " blue", "loglikelihood": -0.5, "greedy": True, "target": True},
    ]
    assert len(trace.body["messages"]) == 2
    assert {name: score.value for name, score in trace.scores.items()} == {"acc": 1, "acc_norm": 0}


def test_chat_templates_and_old_arguments(tmp_path):
    talk = '[{"role": "system", "content": "be brief"}, {"role": "user", "content": "hi"}]'
    rows = [
        sample(0, arguments={"gen_args_0": {"arg_0": [talk], "arg_1": {}}}),
        sample(1, arguments=[["Q", {"until": []}]]),
    ]
    first, second = traces(read(write_jsonl(tmp_path / "a.jsonl", rows)))
    assert [message["role"] for message in first.body["messages"]] == [
        "system",
        "user",
        "assistant",
    ]
    assert second.body["messages"][0]["parts"][0]["content"] == "Q"


def test_files_without_a_list_of_metrics(tmp_path):
    row = sample()
    del row["metrics"]
    row["perplexity"] = [-12.5, 3]
    (trace,) = traces(read(write_jsonl(tmp_path / "a.jsonl", [row])))
    assert set(trace.scores) == {"exact_match"}
    assert trace.body["metadata"]["perplexity"] == [-12.5, 3]


def test_metrics_that_are_pairs_keep_their_words(tmp_path):
    row = sample(metrics=["word_perplexity"], word_perplexity=[-12.5, 3])
    (trace,) = traces(read(write_jsonl(tmp_path / "a.jsonl", [row])))
    assert trace.scores["word_perplexity"].value is None
    assert trace.scores["word_perplexity"].label == "[-12.5,3]"


def test_what_lacks_a_document_is_told(tmp_path):
    path = write_jsonl(tmp_path / "a.jsonl", [sample(0), {**sample(1), "doc_id": None}])
    with pytest.raises(InputError, match="line 2: It has no “doc_id”"):
        read(path)
    items = read(path, skip_bad=True)
    assert len(traces(items)) == 1
    assert [bad.record for bad in skipped(items)] == ["line 2"]
