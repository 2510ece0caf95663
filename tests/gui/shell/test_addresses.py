"""The address of a view opens from the palette and at the start; back stays within the screen."""

import pytest

from evaldesk import __main__ as start

ADDRESS = "evaldesk:traces?where=tier%20%3D%20critical"


def labels(window):
    line = window.host.built("traces").listing.line
    return [f"{part.caption}: {part.text}" for part in line.parts]


def settled(qtbot, window):
    qtbot.waitUntil(lambda: not window.workspace.jobs.busy, timeout=30_000)


def test_the_palette_opens_an_address_that_is_pasted(opened, qtbot):
    opened.palette_overlay.open_for("overview")
    opened.palette_overlay.field.setText(f"  {ADDRESS} ")
    titles = [item.title for item in opened.palette_overlay.model.items]
    assert titles == ["Open this view of the traces"]
    opened.palette_overlay.run(0)
    settled(qtbot, opened)
    assert opened.host.screen_id == "traces"
    assert labels(opened) == ["Tier: critical"]


def test_the_palette_says_what_is_wrong_with_an_address(opened):
    opened.palette_overlay.open_for("overview")
    opened.palette_overlay.field.setText("evaldesk:traces?colour=red")
    (item,) = opened.palette_overlay.model.items
    assert "colour" in item.detail
    opened.palette_overlay.run(0)
    assert not opened.banner.isHidden()


def test_a_project_opens_with_a_view(window, sample, qtbot):
    window.open_path(sample, ADDRESS)
    qtbot.waitUntil(lambda: window.host.screen_id == "traces", timeout=30_000)
    settled(qtbot, window)
    assert labels(window) == ["Tier: critical"]


def test_back_goes_through_views_and_then_to_the_screen_before(opened, qtbot):
    workspace = opened.workspace
    workspace.navigate("traces", view=ADDRESS)
    settled(qtbot, opened)
    workspace.navigate("traces", where="latency_ms > 1")
    settled(qtbot, opened)
    assert len(labels(opened)) == 2
    assert workspace.actions.trigger("go.back")
    settled(qtbot, opened)
    assert labels(opened) == ["Tier: critical"]
    assert workspace.actions.trigger("go.forward")
    settled(qtbot, opened)
    assert len(labels(opened)) == 2
    assert not workspace.actions.is_enabled("go.forward")
    for _ in range(3):
        assert workspace.actions.trigger("go.back")
        settled(qtbot, opened)
    assert opened.host.screen_id == "overview"


@pytest.mark.parametrize(
    ("arguments", "window_wanted"),
    [
        ([], True),
        (["p.evaldesk"], True),
        (["p.evaldesk", ADDRESS], True),
        (["p.evaldesk", "more"], False),
        (["traces", "p.evaldesk"], False),
    ],
)
def test_what_opens_the_window(monkeypatch, arguments, window_wanted):
    ran = []
    monkeypatch.setattr("evaldesk.app.main.run", lambda given: ran.append(list(given)) or 0)
    monkeypatch.setattr("evaldesk.cli.main.main", lambda *_: 2)
    start.main(arguments)
    assert ran == ([arguments] if window_wanted else [])
