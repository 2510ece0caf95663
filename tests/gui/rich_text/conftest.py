"""Nothing but Qt's application, for fonts."""

import pytest


@pytest.fixture(autouse=True)
def _app(qapp):
    return qapp
