"""A view's address is read back as the same view, also after it went through a message."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.domain.errors import UsageError
from evaldesk.services.finding.view_address import SCHEME, View, as_meant, as_typed, read, write
from tests.filters import FILTERS

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_views = st.builds(
    View,
    text=_text,
    where=st.none() | FILTERS,
    run=_text,
    sort=st.sampled_from(["imported", "-latency_ms", "relevance", "score.pass rate", "-score.ü"]),
    similar=_text,
    trace=_text,
)


@given(view=_views)
def test_what_is_written_is_read_back(view: View) -> None:
    assert read(write(view)) == view


@given(view=_views)
def test_an_address_is_one_word_that_survives_a_message(view: View) -> None:
    address = write(view)
    assert address.isascii()
    assert len(address.split()) == 1
    assert read(f"  <{address}>\n") == view


def test_it_can_be_read_by_a_person() -> None:
    view = read("evaldesk:traces?text=refund&where=score.pass%20%3D%200&sort=-latency_ms")
    assert write(view) == "evaldesk:traces?text=refund&where=score.pass%20%3D%200&sort=-latency_ms"
    assert write(View()) == SCHEME
    assert read(SCHEME) == View()
    assert View.of(view.query(tags_by="ann", me="ann"), view.trace) == view


@pytest.mark.parametrize(
    ("typed", "meant", "again"),
    [
        ("", "", ""),
        ("  ", "", ""),
        ("refun", "refun*", "refun*"),
        ("refund ", "refund", "refund "),
        ('"no refund"', '"no refund"', '"no refund"'),
        ("no re", "no re", "no re "),
        ("übe", "übe*", "übe*"),
    ],
)
def test_words_mean_the_same_in_a_view_and_in_the_field(typed: str, meant: str, again: str) -> None:
    assert as_meant(typed) == meant
    assert as_typed(meant) == again
    assert as_meant(again) == meant


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("https://example.org/?text=a", "not the address"),
        ("", "not the address"),
        ("evaldesk:traces?colour=red", "colour"),
        ("evaldesk:traces?text=a&text=b", "twice"),
        ("evaldesk:traces?text", "not whole"),
        ("evaldesk:traces?where=run%20%3D", "does not make sense"),
        ("evaldesk:traces?text=%ff", "not whole"),
    ],
)
def test_what_is_no_address_is_said_in_words(address: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(address)
    assert said in str(raised.value)


@given(text=st.text(max_size=40))
def test_anything_pasted_is_a_view_or_an_error_in_words(text: str) -> None:
    for pasted in (text, f"{SCHEME}?{text}"):
        with contextlib.suppress(UsageError):  # anything else would be a fault
            read(pasted)
