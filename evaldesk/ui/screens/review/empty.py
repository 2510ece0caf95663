"""What the review screen says where there is nothing to label, or nothing left."""

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from evaldesk.domain.project import Changes
from evaldesk.domain.rubric import Rubric
from evaldesk.services.rounds.queue import TrainingResult, training_result
from evaldesk.services.rubrics import editing as rubric_editing
from evaldesk.ui.screens.review.controller import ReviewController
from evaldesk.ui.theme.measure import fix_width
from evaldesk.ui.widgets.button import ActionButton
from evaldesk.ui.widgets.card import Card, text_label
from evaldesk.ui.widgets.empty import EmptyState
from evaldesk.ui.widgets.label import ElidedLabel
from evaldesk.ui.workspace import Workspace


class NoTraces(EmptyState):
    """Nothing was imported yet."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__("")
        self.show_text(
            self.tr("Nothing to review yet"),
            self.tr("Import what your systems did; each trace becomes an item of the queue."),
        )
        self.add_action(
            self.tr("Import files …"),
            lambda: workspace.navigate("import"),
            keys=workspace.actions.keys("go.import"),
            primary=True,
        )


class NoRubric(QWidget):
    """There are traces, but no questions. One click takes over a template."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self._workspace = workspace
        outer = QVBoxLayout(self)
        outer.setContentsMargins(32, 32, 32, 32)
        outer.setSpacing(8)
        outer.addStretch(2)
        title = text_label(self.tr("What do you want to ask of each trace?"), "title")
        text = text_label(
            self.tr("Take over a rubric and change it whenever you like, or write your own."),
            "muted",
        )
        for label in (title, text):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            outer.addWidget(label)
        outer.addSpacing(8)
        self._cards = QVBoxLayout()
        self._cards.setSpacing(8)
        outer.addLayout(self._cards)
        row = QHBoxLayout()
        row.addStretch(1)
        self.write_button = ActionButton(self.tr("Write a rubric …"))
        self.write_button.clicked.connect(lambda: workspace.navigate("rubrics", new=True))
        row.addWidget(self.write_button)
        row.addStretch(1)
        outer.addSpacing(4)
        outer.addLayout(row)
        outer.addStretch(3)
        self.take_buttons: list[ActionButton] = []

    def show_templates(self) -> None:
        """Read the templates, once."""
        if self.take_buttons:
            return
        for rubric in rubric_editing.templates():
            self._cards.addWidget(self._card(rubric), 0, Qt.AlignmentFlag.AlignHCenter)

    def _card(self, rubric: Rubric) -> QWidget:
        card = Card()
        fix_width(card, 560)
        row = QHBoxLayout()
        row.setSpacing(12)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(text_label(rubric.name, "heading"))
        criteria = ", ".join(item.text for item in rubric.criteria)
        words.addWidget(ElidedLabel(criteria, kind="muted"))
        row.addLayout(words, 1)
        button = ActionButton(self.tr("Take over"))
        button.setAccessibleName(self.tr("Take over {name}").format(name=rubric.name))
        button.clicked.connect(lambda: self._workspace.with_user(lambda: self._take(rubric)))
        self.take_buttons.append(button)
        row.addWidget(button)
        card.body.addLayout(row)
        return card

    def _take(self, rubric: Rubric) -> None:
        workspace = self._workspace
        project, user = workspace.project, workspace.user
        if project is None:
            return
        workspace.jobs.write(
            lambda control: project.rubrics.save(rubric, user),
            lambda _: workspace.changed(Changes.of("rubrics"), "review"),
        )


class Finished(EmptyState):
    """Everything listed is submitted; what next."""

    def __init__(self, controller: ReviewController) -> None:
        super().__init__("")
        self._controller = controller
        workspace = controller.workspace
        self.agreement = self.add_action(
            self.tr("See where raters differ"),
            lambda: workspace.navigate("adjudicate", rubric=controller.scope.rubric),
            primary=True,
        )
        self.go_on = self.add_action("", self._go_on)
        self.everything = self.add_action(self.tr("Show the whole queue"), self._show_all)
        controller.saving_changed.connect(self.tell)
        self.again = self.add_action(self.tr("Look through them again"), self._again)

    def tell(self) -> None:
        """Say how things stand."""
        queue, view = self._controller.queue, self._controller.view
        if queue is None or view is None:
            return
        open_ones = queue.left
        if not len(view):
            self.show_text(self.tr("Nothing here to review"))
        elif open_ones:
            self.show_text(
                self.tr("All {n} of these are done").format(n=len(view)),
                self.tr("{n} more are open in the queue.").format(n=open_ones),
            )
        elif queue.read_only:
            self.show_text(
                self.tr("This round is closed"), self.tr("Your answers can still be read.")
            )
        else:
            change = self.tr("You can still change any of them.")
            if queue.round is not None and queue.round.rules.feedback:
                change = ""
            if not self._controller.saving.unsaved:
                change = self.tr("Every answer is saved.") + " " + change
            self.show_text(self.tr("All {n} done").format(n=len(queue)), change)
            self._tell_training()
        self.everything.setVisible(len(view) < len(queue))
        # Of a round nothing is shown before its reveal; its owner decides about that.
        self.agreement.setVisible(not open_ones and len(queue) > 0 and queue.round is None)
        self.again.setVisible(len(view) > 0)
        waiting = None if open_ones else self._controller.waiting_next
        self.go_on.setVisible(waiting is not None)
        if waiting is not None:
            words = self.tr("Go on with “{name}”").format(name=waiting.name)
            self.go_on.setText(words.replace("&", "&&"))
            self.go_on.setAccessibleName(words)

    def _tell_training(self) -> None:
        """How a training round went, once it is known."""
        workspace, queue = self._controller.workspace, self._controller.queue
        project = workspace.project
        if project is None or queue is None or queue.round is None:
            return

        def done(found: TrainingResult | None) -> None:
            if found is None or not found.of or queue is not self._controller.queue:
                return
            share = f"{found.met / found.of:.0%}"
            text = self.tr("You met {met} of {of} gold answers ({share}).").format(
                met=found.met, of=found.of, share=share
            )
            if found.pass_mark is not None:
                mark = f"{found.pass_mark:.0%}"
                verdict = (
                    self.tr("The pass mark of {mark} is met.")
                    if found.passed
                    else self.tr("The pass mark is {mark}.")
                )
                text += " " + verdict.format(mark=mark)
            self.show_text(self.title.text(), text)

        # After what is on its way to the disk.
        workspace.jobs.write(
            lambda control: training_result(project, queue), done, workspace.report
        )

    def _go_on(self) -> None:
        waiting = self._controller.waiting_next
        if waiting is not None:
            self._controller.begin_round(waiting.name)

    def _show_all(self) -> None:
        self._controller.choose(replace(self._controller.scope, text="", states=None))

    def _again(self) -> None:
        view = self._controller.view
        if view is not None and len(view):
            self._controller.go(view.pks[0])
