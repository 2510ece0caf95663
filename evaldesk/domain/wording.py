"""Words that go with a number; no sentence of any one screen."""


def counted(amount: int, one: str, many: str) -> str:
    """``one`` or ``many``, with the amount in place of ``%1``: ``counted(1, "%1 run", "%1 runs")``
    is ``1 run``.
    """
    return (one if amount == 1 else many).replace("%1", f"{amount:,}")
