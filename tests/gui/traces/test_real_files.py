"""Real trajectories, read and laid side by side."""

from evaldesk.domain.query import TraceQuery
from evaldesk.services.importing.traces import import_files
from evaldesk.ui.screens.traces.page import TracesPage
from evaldesk.ui.widgets.trace_view.woven import weave


def test_two_real_runs_are_listed_read_and_compared(
    shared_data, workspace, tmp_path, qtbot, project
):
    folder = shared_data / "traces" / "tau2"
    import_files(
        project, [folder / "airline_gpt-4.1.json.gz", folder / "airline_ft-gpt-4.1-sft.json.gz"]
    )
    workspace.set_project(project)
    page = TracesPage(workspace)
    qtbot.addWidget(page)
    page.resize(1300, 700)
    page.show()
    page.facets.set_state("run", "airline_gpt-4.1", "ticked")
    assert page.status_text() == "20 of 64 traces"
    for pk in list(page.model.ids):
        page.pane.show(pk)
        view = page.pane.single
        view.toggle_all()
        view.grab()
        assert view.trace.row.pk == pk
        siblings = project.traces.siblings(pk)
        assert siblings
        page.pane.show_pair(pk, siblings[0].pk)
        page.pane.grab()
        woven = page.pane.beside.woven
        for cards, steps in zip(woven.columns, woven.steps, strict=True):
            assert [c.step for c in cards if c and c.step >= 0] == list(range(len(steps)))


def test_a_real_trace_beside_itself_does_not_differ(shared_data, project):
    import_files(project, [shared_data / "traces" / "tau2" / "airline_gpt-4.1.json.gz"])
    for pk in project.traces.ids(TraceQuery(run="airline_gpt-4.1")):
        trace = project.traces.read(pk)
        woven = weave([trace] * 3)
        assert woven.differing == []
        assert woven.first == -1
    project.close()
