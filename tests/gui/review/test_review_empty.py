"""What the review screen says where there is nothing to label, and how it begins."""

from collections.abc import Callable
from pathlib import Path

from evaldesk.services.labelling import review
from evaldesk.services.labelling.review import ReviewQueue
from evaldesk.storage.project import Project
from evaldesk.ui.screens.review.models import BLOCK, ITEM_ROLE, QueueModel
from evaldesk.ui.screens.review.page import ReviewPage
from evaldesk.ui.workspace import Workspace


def test_without_traces_it_offers_to_import(
    open_page: Callable[..., ReviewPage],
    make_project: Callable[..., Project],
    tmp_path: Path,
    workspace: Workspace,
) -> None:
    went: list[str] = []
    workspace.navigated.connect(lambda screen, _: went.append(screen))
    with make_project(tmp_path / "empty.evaldesk", traces=0) as project:
        page = open_page(project)
        assert page._stack.currentWidget() is page.no_traces
        workspace.actions.trigger("review.answer1")  # holds nothing, does nothing
        workspace.set_project(None)


def test_without_a_rubric_one_click_takes_over_a_template(
    open_page: Callable[..., ReviewPage],
    make_project: Callable[..., Project],
    tmp_path: Path,
    workspace: Workspace,
) -> None:
    with make_project(tmp_path / "bare.evaldesk", rubric=False) as project:
        page = open_page(project)
        assert page._stack.currentWidget() is page.no_rubric
        assert len(page.no_rubric.take_buttons) >= 4
        page.no_rubric.take_buttons[0].click()
        assert page._stack.currentWidget() is page.desk
        assert len(project.rubrics.list()) == 1
        assert page.controller.pk is not None
        workspace.set_project(None)


def test_it_begins_with_what_was_begun(
    open_page: Callable[..., ReviewPage], project: Project
) -> None:
    rubric = project.rubrics.get("Support")
    last = review.queue(project, rubric, "ada").pks[-1]
    review.answer(project, rubric, last, "success", "ada", "no")
    page = open_page(project)
    assert page.controller.pk == last
    assert page.form.active == "tool"


def test_it_begins_where_another_screen_says(
    open_page: Callable[..., ReviewPage], project: Project
) -> None:
    rubric = project.rubrics.get("Support")
    third = review.queue(project, rubric, "ada").pks[3]
    page = open_page(project, trace=third, rubric="Support")
    assert page.controller.pk == third


def test_order_and_run_are_remembered_in_the_project(
    open_page: Callable[..., ReviewPage], project: Project
) -> None:
    page = open_page(project)
    page.queue_pane._choose(order="imported", run="secret-model-run")
    assert list(page.controller.queue.pks) == sorted(page.controller.queue.pks)  # type: ignore[union-attr]
    page.controller.project_replaced()
    page.opened()
    assert page.controller.scope.order == "imported"
    assert page.controller.scope.run == "secret-model-run"


def test_another_project_leaves_nothing_of_the_one_before(
    open_page: Callable[..., ReviewPage], project: Project, workspace: Workspace
) -> None:
    page = open_page(project)
    page.form.digit(2)
    workspace.set_project(None)
    page.project_replaced()
    assert page.controller.queue is None
    assert page.queue_pane.model.rowCount() == 0
    assert page.breadcrumb() == ""


def test_the_list_reads_only_the_blocks_in_sight(project: Project, workspace: Workspace) -> None:
    workspace.set_project(project)
    rubric = project.rubrics.get("Support")
    small = review.queue(project, rubric, "ada")
    pks = small.pks * 20_000
    model = QueueModel(workspace)
    queue = ReviewQueue(rubric, "ada", pks)
    model.show_queue(queue)
    assert model.rowCount() == 120_000
    assert model.index(119_999).data(ITEM_ROLE).trace_pk == pks[119_999]
    assert len(model._blocks) == 1
    assert len(next(iter(model._blocks.values()))) <= BLOCK
