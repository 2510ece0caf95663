"""Where what was laid out stands."""

import pytest

from evaldesk.ui.widgets.rich_text.chunks import Chunk
from evaldesk.ui.widgets.rich_text.compose import INDENT, lay_out_markdown
from evaldesk.ui.widgets.rich_text.fonts import TextStyles

WIDTH = 400.0


def laid(text):
    styles = TextStyles()
    return lay_out_markdown(Chunk(text, 0), styles, styles.prose, WIDTH)


@pytest.mark.parametrize("text", ["1. one\n2. two", "- one\n- two"])
def test_the_sign_of_an_item_stands_left_of_it(text):
    sign, item, *_ = laid(text).flows
    assert sign.x + sign.width <= item.x
    assert item.x == INDENT


@pytest.mark.parametrize("text", ["1. قلم\n2. كتاب", "- קלם\n- ספר"])
def test_and_right_of_one_that_runs_from_right_to_left(text):
    sign, item, *_ = laid(text).flows
    assert sign.x >= item.x + item.width
    assert sign.x + sign.width == WIDTH
    assert item.x == 0
