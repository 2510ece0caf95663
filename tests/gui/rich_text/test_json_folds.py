"""JSON that folds, over the same text."""

import json

from hypothesis import given
from hypothesis import strategies as st

from evaldesk.services.reading.steps import pretty
from evaldesk.ui.widgets.rich_text.json_folds import JsonFolds, is_pretty_json
from evaldesk.ui.widgets.rich_text.json_lines import Hints, shown_line

DATA = {
    "id": "#W26",
    "items": [{"sku": "A", "odd key": [1, 2]}, {"sku": "B", "odd key": []}],
    "note": 'first line\nsecond "line"\tand \\ more ' + "x" * 80,
    "long": "y" * 5000,
}


def folds(value=DATA):
    text = pretty(value)
    assert is_pretty_json(text)
    return JsonFolds(text)


def line_of(made, wanted):
    return made.line_at(made.text.index(wanted))


def shown(made):
    chunks, _ = made.chunks(whole=True)
    return [shown_line(made, item, Hints()).text for chunk in chunks for item in chunk.data]


def test_paths_and_values():
    made = folds()
    line = line_of(made, '"odd key"')
    assert made.path(line) == '$.items[0]["odd key"]'
    assert json.loads(made.value(line)) == [1, 2]
    assert made.path(line_of(made, '"B"')) == "$.items[1].sku"
    assert made.value(line_of(made, '"id"')) == "#W26"
    assert made.value(line_of(made, '"note"')) == DATA["note"]
    assert made.path(0) == "$"
    assert json.loads(made.value(0)) == DATA
    assert made.path(len(made) - 1) == "$"


def test_a_closed_list_says_how_much_it_holds():
    made = folds()
    made.toggle(line_of(made, '"items"'))
    said = shown(made)
    assert any(line.startswith('"items": [') and line.endswith("]  2 items") for line in said)
    assert not any("sku" in line and line.startswith('"sku"') for line in said)


def test_a_long_string_is_cut_until_it_is_opened():
    made = folds()
    assert any(line.endswith("…  5,000 characters") for line in shown(made))
    assert not any("\n" in line for line in shown(made))
    made.toggle(line_of(made, '"note"'))
    (note,) = [line for line in shown(made) if line.startswith('"note"')]
    assert 'first line\nsecond "line"\tand \\ more' in note
    made.toggle(line_of(made, '"long"'))
    assert sum(line.count("y") for line in shown(made)) == made.text.count("y")


def test_what_hides_a_place_is_opened():
    made = folds()
    made.set_all(False)
    place = made.text.index('"B"')
    assert line_of(made, '"B"') not in list(made.visible())
    assert made.uncover(place)
    assert line_of(made, '"B"') in list(made.visible())
    assert not made.uncover(place)
    assert made.uncover(made.text.index("y" * 5000) + 4000)


def test_a_large_value_begins_folded():
    made = folds({"rows": [{"n": n} for n in range(5000)], "x": 1})
    assert len(list(made.visible())) < 100
    made.set_all(True)
    chunks, below = made.chunks(whole=False)
    assert below > 10_000
    assert sum(len(chunk.data) for chunk in chunks) == 400
    assert made.chunks(whole=True)[1] == 0


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(max_size=12)
    | st.just("z" * 400),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=25,
)


@given(st.lists(values, min_size=1, max_size=5) | st.dictionaries(st.text(), values, min_size=1))
def test_every_line_has_a_path_that_leads_to_its_value(value):
    text = pretty(value)
    made = JsonFolds(text)
    made.set_all(True)
    lines = list(made.visible())
    assert len(lines) == text.count("\n") + 1
    depth = 0
    for line in lines:
        start, stop = made.span(line)
        if made.ends(line):
            depth -= 1
        assert len(text[start:stop]) - len(text[start:stop].lstrip(" ")) == depth * 2
        if made.close_of(line) is not None:
            depth += 1
    chunks, _ = made.chunks(whole=True)
    places = [item.line for chunk in chunks for item in chunk.data]
    assert places == lines
    for chunk in chunks:
        for item in chunk.data:
            for run in shown_line(made, item, Hints()).runs:
                assert item.start <= run.source <= item.stop


@given(st.dictionaries(st.text(max_size=6), values, min_size=1, max_size=6))
def test_values_come_back_as_they_were(value):
    made = JsonFolds(pretty(value))
    top = [
        line for line in range(1, len(made) - 1) if made.parent(line) == 0 and not made.ends(line)
    ]
    found = {}
    for line in top:
        said = made.value(line)
        raw = value[made.key(line)]
        found[made.key(line)] = said if isinstance(raw, str) else json.loads(said)
    assert found == value
