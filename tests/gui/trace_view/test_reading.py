"""What makes reading quick: rendering, folding, jumps, quotes, the timeline, pictures, copies."""

import base64
import json

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtTest import QTest

from evaldesk.domain.trace import Annotation
from evaldesk.ui.widgets.trace_view.folding import Part

CONTROL = Qt.KeyboardModifier.ControlModifier


def key(view, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(view.canvas, key, modifier)


def row_of(view, kind, nth=0):
    rows = [row for row, card in enumerate(view.canvas.cards) if card.kind == kind]
    return rows[nth]


def kinds(view, row, section):
    return {chunk.kind for chunk in view.canvas.cards[row].sections[section].chunks}


ORDER = {"order": {"id": "#W26", "items": [{"name": "lamp"}, {"name": "desk"}]}, "paid": True}


@pytest.fixture
def called(make):
    return make.trace(
        [
            make.message("user", make.text("Where **is** it?")),
            make.message("assistant", make.call("get_order", {"id": "#W26"})),
            make.message("tool", make.response(ORDER)),
            make.message("assistant", make.call("cancel", {"id": "#W26"}, "2")),
            make.message("tool", make.response(None, "2", error="conflict")),
            make.message("assistant", make.text("- lamp\n- desk")),
        ]
    )


def test_markdown_is_rendered_and_the_source_is_one_call_away(view, called):
    view.show_trace(called)
    row = row_of(view, "user")
    assert kinds(view, row, 0) == {"markdown"}
    place = view.canvas.plan.laid(row, view.canvas.plan.face(row).pieces[1])
    assert place.flows[0].shown.text == "Where is it?"
    view.set_rendered(False)
    assert kinds(view, row, 0) == {"plain"}
    view.show_trace(called)
    assert kinds(view, row, 0) == {"plain"}


def test_a_selection_in_rendered_text_is_that_of_the_source(view, called):
    view.show_trace(called)
    viewport = view.canvas.viewport()
    row = row_of(view, "user")
    y = int(view.canvas.rows.top(row)) + 16 + 7 + 20 + 10
    QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=QPoint(31 + 45, y))
    assert view.canvas.selected_text() == "is"
    span = view.selected_span()
    assert (span.start, span.length) == (8, 2)


def test_a_hit_is_marked_where_it_is_shown(view, called):
    view.show_trace(called)
    assert view.find("where is it") == 1  # though the source has stars between
    assert view.hits[0].length == len("Where **is** it")
    view.grab()


def test_json_is_folded_and_copied_by_keys(view, called):
    view.show_trace(called)
    row = row_of(view, "tool")
    view.canvas.set_current(row)
    key(view, Qt.Key.Key_Return)
    for _ in range(5):
        key(view, Qt.Key.Key_Down, CONTROL)
    section = view.canvas.cards[row].sections[1]
    assert view.canvas.part == Part(1, "line", 2)
    assert view.copy_path() == "$.order.id"
    assert view.copy_value() == "#W26"
    key(view, Qt.Key.Key_Left, CONTROL)
    assert view.copy_path() == "$.order"
    assert json.loads(QGuiApplication.clipboard().text() and view.copy_value()) == ORDER["order"]
    before = view.canvas.rows.own(0, row)
    key(view, Qt.Key.Key_Left, CONTROL)
    assert not section.folds.is_open(view.canvas.part.line)
    assert view.canvas.rows.own(0, row) < before
    assert "$.order" in view.canvas.accessibleDescription()
    key(view, Qt.Key.Key_Return)
    assert section.folds.is_open(view.canvas.part.line)
    assert view.canvas.rows.own(0, row) == before
    key(view, Qt.Key.Key_Escape)
    assert view.canvas.part is None


def test_a_click_on_the_sign_folds_json(view, called):
    view.show_trace(called)
    row = row_of(view, "tool")
    view.canvas.toggle(row)
    face = view.canvas.plan.face(row)
    number = face.text_at[1]
    laid = view.canvas.plan.laid(row, face.pieces[number])
    target = laid.targets[1]
    at = target.rect.center()
    x = 16 + 3 + 12 + at.x()
    y = view.canvas.rows.top(row) + face.top(number) + at.y() + 16
    QTest.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(int(x), int(y)))
    assert target.key in view.canvas.cards[row].sections[1].folds.folded


def test_a_hit_within_folded_json_is_uncovered(view, called):
    view.show_trace(called)
    row = row_of(view, "tool")
    view.canvas.toggle(row)
    folds = view.canvas.cards[row].sections[1].folds
    folds.set_all(False)
    view.canvas.refold(row)
    assert view.find('"desk"') == 1
    assert not folds.folded & {1, 3}


def test_a_long_output_shows_its_beginning_and_how_much_there_is(view, make):
    log = "\n".join(f"line {n}" for n in range(30_000))
    trace = make.trace(
        [make.message("assistant", make.call("read", {})), make.message("tool", make.response(log))]
    )
    view.show_trace(trace)
    view.canvas.toggle(0)
    section = view.canvas.cards[0].sections[1]
    assert section.long
    assert section.extent == (len(log), 30_000)
    assert sum(len(chunk.text) for chunk in section.chunks) < 5000
    low = view.canvas.rows.own(0, 0)
    view.canvas.toggle_part(0, Part(1, "more"))
    assert view.canvas.rows.own(0, 0) > 50 * low
    view.canvas.toggle_part(0, Part(1, "more"))
    assert view.find("line 29999") == 1
    assert section.whole


def test_a_heavy_output_is_laid_out_beside_the_window(view, make, qtbot):
    value = {"rows": [{"id": n, "name": f"name {n}"} for n in range(20_000)]}
    trace = make.trace(
        [
            make.message("assistant", make.call("dump", {})),
            make.message("tool", make.response(json.dumps(value))),
        ]
    )
    view.show_trace(trace)
    view.canvas.toggle(0)
    kinds = [piece.kind for piece in view.canvas.plan.face(0).pieces]
    assert kinds == ["head", "text", "label", "wait"]
    qtbot.waitUntil(lambda: not view.canvas.preparing)
    assert "wait" not in [piece.kind for piece in view.canvas.plan.face(0).pieces]
    assert view.canvas.cards[0].sections[1].as_tree


def test_jumps_go_round(view, called):
    view.show_trace(called)
    assert view.reading.jump("call", 1) == (1, 2)
    assert view.canvas.current == row_of(view, "tool")
    assert view.reading.jump("call", 1) == (2, 2)
    assert view.reading.jump("call", 1) == (1, 2)
    assert view.reading.jump("call", -1) == (2, 2)
    assert view.reading.jump("error", 1) == (1, 1)
    assert view.reading.jump("annotation", 1) == (0, 0)


@pytest.fixture
def cited(make):
    policy = "A customer may cancel the whole order within thirty days of delivery, not items."
    answer = "You may cancel **the whole order** within thirty days of delivery. Sorry!"
    spans = [
        {"id": "r", "name": "search", "kind": "retriever", "message": 1, "latency_ms": 20.0},
        {"id": "l", "name": "gpt", "kind": "llm", "message": 1, "latency_ms": 900.0, "parent": "r"},
    ]
    documents = [
        {
            "content": "Lamps ship from Lyon.",
            "rank": 2,
            "score": 0.2,
            "span": "r",
            "query": "cancel",
        },
        {
            "content": policy,
            "rank": 1,
            "score": 0.9,
            "span": "r",
            "query": "cancel",
            "source": "kb",
        },
        {"content": "Another question.", "query": "other"},
    ]
    messages = [
        make.message("user", make.text("Can I?")),
        make.message("assistant", make.text(answer)),
    ]
    return make.trace(messages, documents=documents, spans=spans)


def test_documents_are_grouped_by_what_was_asked(view, cited):
    view.show_trace(cited)
    cards = [card for card in view.canvas.cards if card.kind == "documents"]
    assert [card.summary.split(" · ")[:2] for card in cards] == [
        ["1 retrieved document", "“other”"],
        ["2 retrieved documents", "“cancel”"],
    ]
    titles = [section.title for section in cards[1].sections]
    assert titles == ["Query", "2 · 0.2", "1 · 0.9 · kb"]


def test_quotes_lead_to_the_document_and_back(view, cited, qtbot):
    with qtbot.waitSignal(view.reading.quotes_found):
        view.show_trace(cited)
    (pair,) = view.reading.quotes
    said = view.canvas.cards[pair.answer.row].sections[pair.answer.section].text
    assert said[pair.answer.start :][: pair.answer.length].endswith("thirty days of delivery")
    assert view.reading.next_quote(1) == (1, 1)
    assert view.canvas.current == pair.answer.row
    assert view.reading.cross_quote()
    assert view.canvas.current == pair.document.row
    card = view.canvas.cards[pair.document.row]
    assert card.open
    assert card.sections[pair.document.section].open
    assert card.sections[pair.document.section].note == "1 quote"
    assert view.reading.cross_quote()
    assert view.canvas.current == pair.answer.row
    view.grab()


def test_the_timeline_and_the_cards_follow_each_other(view, cited):
    view.show_trace(cited)
    assert view.show_timeline()
    line = view.timeline
    assert [row.name for row in line.timeline.rows] == ["search", "gpt"]
    view.canvas.setFocus()
    view.canvas.set_current(row_of(view, "assistant"))
    assert line.current == 1
    view.canvas.set_current(row_of(view, "user"))
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Home)
    assert view.canvas.cards[view.canvas.current].kind == "assistant"
    assert "took" in line.accessibleDescription()
    QTest.keyClick(line, Qt.Key.Key_Left)
    assert line.toggle is not None
    assert len(line._visible) == 1
    view.grab()


def test_a_blind_timeline_names_no_model(view, cited):
    view.show_trace(cited, hide_systems=True, hide_scores=True)
    view.show_timeline()
    view.timeline.setFocus()
    QTest.keyClick(view.timeline, Qt.Key.Key_End)
    assert "gpt" not in view.timeline.accessibleDescription()


def test_steps_with_times_have_a_timeline_and_others_none(view, support, make):
    view.show_trace(support)
    assert view.show_timeline()
    assert view.timeline.timeline.source == "steps"
    view.show_trace(make.trace([make.message("user", make.text("hi"))]))
    assert not view.timeline.isVisible()


def picture(width=40, height=30):
    image = QImage(width, height, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return base64.b64encode(bytes(data)).decode()


def test_a_picture_is_drawn_from_the_trace(view, make, qtbot):
    blob = {"type": "blob", "mime_type": "image/png", "content": picture()}
    view.show_trace(make.trace([make.message("user", make.text("see"), blob)]))
    with qtbot.waitSignal(view.canvas.plan.styles.pictures.ready):
        view.grab()
    image = view.canvas.viewport().grab().toImage()
    face = view.canvas.plan.face(0)
    y = int(16 + face.top(face.text_at[1]) + 4 + 15)
    assert image.pixelColor(31 + 20, y) == QColor("#ff0000")
    section = view.canvas.cards[0].sections[1]
    assert section.form == "image"
    wanted = []
    view.save_wanted.connect(wanted.append)
    view.canvas.set_part(Part(1, "file"))
    key(view, Qt.Key.Key_Return)
    assert wanted == [blob]


@pytest.mark.parametrize(
    "content",
    ["AAAA", "not base64!", base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 64).decode()],
    ids=["zeros", "none", "torn"],
)
def test_what_is_no_picture_is_said_to_be_none(view, make, content):
    blob = {"type": "blob", "mime_type": "image/png", "content": content}
    view.show_trace(make.trace([make.message("user", make.text("see"), blob)]))
    view.grab()
    view.canvas.settle()


def test_an_svg_is_a_file_and_never_drawn(view, make):
    evil = b'<svg xmlns="http://www.w3.org/2000/svg"><image href="http://x/y.png"/></svg>'
    blob = {
        "type": "blob",
        "mime_type": "image/svg+xml",
        "content": base64.b64encode(evil).decode(),
    }
    view.show_trace(make.trace([make.message("user", blob)]))
    assert view.canvas.cards[0].sections[0].form == "file"
    view.grab()


def test_an_address_is_only_said(view, make):
    view.show_trace(make.trace([make.message("user", {"type": "uri", "uri": "http://x/y.png"})]))
    (section,) = view.canvas.cards[0].sections
    assert (section.form, section.text, section.title) == (
        "text",
        "http://x/y.png",
        "Attached, not fetched",
    )


def test_what_others_annotated_is_shown_unless_blind(view, make):
    from dataclasses import replace

    said = (
        Annotation("correctness", 0.0, comment="no", annotator="Kim", target="l"),
        Annotation("thumbs", label="up"),
    )
    spans = [{"id": "l", "name": "model", "message": 0}]
    trace = replace(
        make.trace([make.message("assistant", make.text("42"))], spans=spans), annotations=said
    )
    view.show_trace(trace)
    card = view.canvas.cards[row_of(view, "annotations")]
    assert [section.title for section in card.sections] == [
        "correctness = 0 · Kim · model",
        "thumbs = up",
    ]
    assert ("1 annotation", "accent") in view.canvas.cards[0].chips
    assert view.reading.jump("annotation", 1) == (2, 2)
    view.show_trace(trace, hide_scores=True)
    assert [card.kind for card in view.canvas.cards if card.kind == "annotations"] == []
    assert view.canvas.cards[0].chips == []


def test_the_whole_trace_is_copied(view, called):
    view.show_trace(called)
    assert "## 3 · Tool · cancel" in view.copy_trace()
    assert json.loads(view.copy_trace_json())["messages"] == called.body["messages"]
    view.canvas.set_current(row_of(view, "tool"))
    assert json.loads(view.copy_json()) == called.body["messages"][1]
    assert view.copy_markdown().startswith("**2 · Tool · get_order**")


def test_right_to_left_cjk_and_emoji_can_be_read_and_selected(view, make):
    said = "שלום **עולם** abc\n\n日本語の*テキスト*🎉 end"
    view.show_trace(make.trace([make.message("assistant", make.text(said))]))
    laid = view.canvas.plan.laid(0, view.canvas.plan.face(0).pieces[1])
    texts = [flow.shown.text for flow in laid.flows]
    assert texts == ["שלום עולם abc", "日本語のテキスト🎉 end"]
    right = laid.flows[0].layout.textOption().textDirection()
    assert right == Qt.LayoutDirection.RightToLeft
    start = said.index("end")
    assert laid.y_of(start) >= laid.flows[1].y
    view.find("end")
    view.grab()


def test_what_differs_is_not_hidden_in_a_fold(view, make):
    value = {"rows": [{"n": n, "deep": {"x": [n]}} for n in range(60)]}
    trace = make.trace(
        [make.message("assistant", make.call("f", value)), make.message("tool", make.response(1))]
    )
    view.show_trace(trace)
    cards = list(view.canvas.cards)
    section = cards[0].sections[0]
    place = section.text.index('"n": 50')
    assert section.folds.line_at(place) not in list(section.folds.visible())
    view.canvas.show_cards(cards, changed={(0, 0): [(place, 7)]})
    view.canvas.toggle(0)
    assert section.folds.line_at(place) in list(section.folds.visible())
    view.grab()


def test_characters_that_steer_a_terminal_are_shown(view, make):
    said = "a\x1b[31mred\x00 b"
    view.show_trace(make.trace([make.message("user", make.text(said))]))
    flow = view.canvas.plan.laid(0, view.canvas.plan.face(0).pieces[1]).flows[0]
    assert flow.layout.text() == "a␛[31mred␀ b"
    assert flow.shown.text == said


def test_how_large_a_picture_is_comes_from_its_first_bytes(view, make):
    from evaldesk.ui.widgets.rich_text.pictures import image_size

    blob = {"type": "blob", "mime_type": "image/png", "content": picture(40, 30)}
    size = image_size(blob)
    assert (size.width(), size.height()) == (40, 30)
