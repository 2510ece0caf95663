"""Markdown that knows where each character stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaldesk.ui.widgets.rich_text.markdown import blocks
from evaldesk.ui.widgets.rich_text.segments import looks_like_markdown, segments


def shown(source):
    return [block.shown.text for block in blocks(source)]


def styled(source):
    (block,) = blocks(source)
    return [(block.shown.text[start:stop], name) for start, stop, name in block.shown.styles]


def all_shown(source):
    for block in blocks(source):
        yield block.shown
        for row in block.rows:
            yield from row


def assert_places(source):
    for text in all_shown(source):
        for run in text.runs:
            said = text.text[run.at : run.at + run.length]
            there = source[run.source : run.source + run.source_length]
            if run.length == run.source_length:
                assert said.replace("\n", " ") == there.replace("\n", " ")
            else:  # an escape or entity
                assert there[:1] in "\\&"


def test_emphasis_code_and_strikethrough():
    source = "a *b* **c** `d` ~~e~~"
    assert shown(source) == ["a b c d e"]
    assert styled(source) == [("b", "em"), ("c", "strong"), ("d", "code"), ("e", "strike")]


def test_a_link_is_text_with_its_address_beside_it():
    source = 'see [the *page*](http://a.b/c_d "t") and <http://e.f>'
    assert shown(source) == ["see the page (http://a.b/c_d) and http://e.f"]
    assert ("http://a.b/c_d", "address") in styled(source)


def test_an_image_is_its_description_and_address():
    assert shown("![a lamp](http://a.b/c.png)") == ["▣ a lamp (http://a.b/c.png)"]


def test_html_stays_text():
    source = '<b>x</b> <img src="http://a.b/c.png"> <script>alert(1)</script>'
    assert shown(source) == [source]


def test_lists_tasks_and_quotations_are_indented():
    made = blocks("1. a\n2. b\n   - c\n\n- [x] d\n- [ ] e\n\n> f\n> > g")
    told = [(one.bullet, one.shown.text, one.indent, one.quote) for one in made]
    assert told == [
        ("1.", "a", 1, 0),
        ("2.", "b", 1, 0),
        ("•", "c", 2, 0),
        ("☑", "d", 1, 0),
        ("☐", "e", 1, 0),
        ("", "f", 0, 1),
        ("", "g", 0, 2),
    ]


def test_a_table_has_rows_and_directions():
    (table,) = blocks("| a | b |\n|:-:|--:|\n| `x` | 1 |\n| y \\| z | 2 |")
    assert [[cell.text for cell in row] for row in table.rows] == [
        ["a", "b"],
        ["x", "1"],
        ["y | z", "2"],
    ]
    assert table.aligns == ["center", "right"]


def test_code_keeps_its_spaces_and_language():
    (code,) = blocks("```python\ndef f():\n    return  1\n```")
    assert (code.kind, code.lang, code.shown.text) == ("code", "python", "def f():\n    return  1")


def test_a_line_break_stays_one():
    assert shown("a\nb") == ["a\nb"]
    assert shown("args:\n     - path\n       more") == ["args:\n     - path\n       more"]


@pytest.mark.parametrize(
    "source",
    [
        "# Head *ing* ##\n\nSome *text* & \\* &amp; **[a](b*c)d**",
        "[[a](b)c *d",
        "* *a\n* b*",
        "> a\n> b `c\n> d`",
        "a  \nb\\\nc",
        "|a|b|\n|-|-|\n|`c`|*d*|",
        "    code\n\n\ttab",
        "a\n===\n\nb\n---",
        "🙂 *é* [שלום](http://x)",
    ],
    ids=range(9),
)
def test_what_is_shown_stands_in_the_source(source):
    assert_places(source)


MARKS = (
    "*|**|_|`|``|[|](|)|\n|\n\n|- |1. |> |# |```\n|~~|<b>|&amp;|\\|a|b c|é|🙂| |    |![|http://x.y"
)
marks = st.sampled_from([*MARKS.split("|"), "|", "|-|-|\n"])


@given(st.lists(marks, max_size=40).map("".join))
def test_any_text_is_read_and_its_places_are_right(source):
    assert_places(source)
    for text in all_shown(source):
        for start, stop, _ in text.styles:
            assert 0 <= start < stop <= len(text.text)
        for position in range(len(text.text) + 1):
            assert 0 <= text.source_at(position) <= len(source)


@given(st.lists(marks, max_size=60).map("".join))
def test_stretches_are_in_order_and_lose_no_word(source):
    made = segments(source)
    end = 0
    for chunk in made:
        assert chunk.start >= end or not chunk.text
        assert source[chunk.start : chunk.start + len(chunk.text)] == chunk.text
        end = chunk.start + len(chunk.text)
    kept = "".join(chunk.text for chunk in made)
    for letter in "ab":
        fences = sum(chunk.kind == "code" for chunk in made)
        assert kept.count(letter) == source.count(letter) or fences


def test_long_texts_are_cut_into_bounded_stretches():
    paragraph = "word **bold** " * 60 + "\n\n"
    fence = "```\n" + "x = 1\n" * 3000 + "```\n"
    table = "| a | b |\n|---|---|\n" + "| 1 | 2 |\n" * 2000
    made = segments(paragraph * 50 + fence + "line " * 5000 + "\n" + table)
    assert {chunk.kind for chunk in made} == {"markdown", "code", "table", "plain"}
    assert max(len(chunk.text) for chunk in made) <= 5500
    rows = [chunk for chunk in made if chunk.kind == "table"]
    assert len(rows) > 5
    heads = [blocks(chunk.text, chunk.start, chunk.info)[0].rows[0][0].text for chunk in rows]
    assert heads == ["a", *["1"] * (len(rows) - 1)]
    assert sum(len(blocks(c.text, c.start, c.info)[0].rows) for c in rows) == 2001


def test_plain_text_is_left_alone():
    assert not looks_like_markdown("def __init__(self):\n    return 2 * 3 * 4\nsee a_b_c <x>")
    assert looks_like_markdown("- a\n- b")
    assert looks_like_markdown("so **this**")
    assert looks_like_markdown("a | b\n--|--\n1 | 2")


def test_deep_brackets_and_delimiters_end():
    for text in ("[" * 5000, "*a " * 1600, "`" * 5000, "> " * 2000, "![" * 2400, "- " * 2400):
        blocks(text)
