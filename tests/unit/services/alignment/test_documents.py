"""Retrieved documents compared as sets with ranks."""

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.services.alignment.documents import compare

DOCUMENTS = st.lists(
    st.builds(
        lambda id, text, score: {"id": id, "content": text, "score": score},
        st.sampled_from(["d1", "d2", "d3", ""]),
        st.sampled_from(["one", "two"]),
        st.floats(0, 1),
    ),
    max_size=6,
)


def document(text, **more):
    return {"content": text, **more}


def test_in_both_only_in_one_and_what_moved():
    a = [document("x", id="1", score=0.9), document("y", id="2", score=0.8)]
    b = [document("z", id="3", score=0.7), document("x", id="1", score=0.6)]
    (found,) = compare([a, b])
    assert [(one.key, one.ranks, one.scores) for one in found.documents] == [
        ("1", (1, 2), (0.9, 0.6)),
        ("2", (2, None), (0.8, None)),
        ("3", (None, 1), (None, 0.7)),
    ]
    assert (found.in_all, found.only(0), found.only(1), found.same) == (1, 1, 1, False)
    assert found.documents[0].moved(1) == -1
    assert found.documents[1].moved(1) is None


def test_without_ids_the_text_tells_and_with_ids_another_text_is_seen():
    (found,) = compare([[document("same ")], [document("same")]])
    assert found.same
    (found,) = compare([[document("old", id="1")], [document("new", id="1")]])
    assert found.in_all == 1
    assert not found.documents[0].same_text
    assert not found.same


def test_the_rank_that_the_source_gives_counts():
    (found,) = compare([[document("x", rank=7)], [document("x")]])
    assert found.documents[0].ranks == (7, 1)


def test_each_retrieval_for_itself():
    a = [document("x", query="refund", span="1"), document("y", query="delay", span="2")]
    b = [document("y", query="delay", span="9"), document("x", query="lamp", span="8")]
    first, second = compare([a, b])
    assert (first.queries, first.same) == (("refund", "lamp"), True)
    assert (second.queries, second.same) == (("delay", "delay"), True)
    (only,) = compare([[], [document("x")], []])
    assert only.documents[0].ranks == (None, 1, None)


@given(st.lists(DOCUMENTS, min_size=2, max_size=4))
def test_every_document_is_counted(traces):
    for found in compare(traces):
        for side, documents in enumerate(traces):
            there = {one.key for one in found.documents if one.ranks[side] is not None}
            assert len(there) <= len(documents)
            if documents:
                assert there
    assert all(found.same for found in compare([traces[0]] * 3))
