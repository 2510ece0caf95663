"""What a first figure costs."""

import subprocess
import sys


def test_no_figure_waits_for_scipy_stats() -> None:
    """It takes four times as long to import as all that is used."""
    code = (
        "import sys, evaldesk.stats.agreement, evaldesk.stats.coefficients, evaldesk.stats.paired\n"
        "import evaldesk.stats.multiplicity, evaldesk.stats.trials\n"
        "sys.exit('scipy.stats' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
