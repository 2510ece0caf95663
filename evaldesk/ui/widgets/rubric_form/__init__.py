"""The form that a rubric is answered with, by keyboard or mouse."""

from evaldesk.ui.widgets.rubric_form.form import RubricForm

__all__ = ["RubricForm"]
