"""A place in traces as words of an address."""

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.services.alignment import Formatting
from evaldesk.ui.widgets.trace_view.pins import Pin
from evaldesk.ui.widgets.trace_view.reading_place import ReadingPlace

IDS = st.text(alphabet="0123456789abcdef", min_size=8, max_size=64)
PINS = st.builds(
    Pin,
    st.sampled_from(["setup", "documents", "tool", "step", "reasoning"]),
    st.text(alphabet="abc_-. 12:", max_size=8),
)
PLACES = st.builds(
    ReadingPlace,
    st.lists(IDS, max_size=4).map(tuple),
    st.just(0),
    st.just(-1) | st.integers(0, 5000),
    st.booleans(),
    st.builds(Formatting, st.booleans(), st.booleans(), st.booleans()),
    st.lists(PINS, max_size=3).map(tuple),
)


@given(PLACES)
def test_words_say_all_of_it(place):
    assert ReadingPlace.of_words(place.words()) == place


def test_words_can_be_read():
    place = ReadingPlace(
        ("ab12", "cd34"), 1, 12, True, Formatting(True, True), (Pin("tool", "find"), Pin("setup"))
    )
    assert place.words() == {
        "traces": "ab12,cd34",
        "at": "B12",
        "only": "differences",
        "ignore": "whitespace,marks",
        "open": "tool:find,setup",
    }
    assert ReadingPlace.of_words(place.words()) == place
    assert ReadingPlace().words() == {}


@given(st.dictionaries(st.sampled_from(["traces", "at", "only", "ignore", "open"]), st.text()))
def test_nonsense_counts_as_not_said(said):
    place = ReadingPlace.of_words(said)
    assert place.side in range(4)
    assert place.step >= -1
