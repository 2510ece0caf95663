"""Imports once, then forks one process after another: each can be killed like any other.

Reads lines ``{"job", "folder", "seed", "user"}``; writes what the job says, then how it died.
"""

import json
import os
import random
import sys
import traceback
from pathlib import Path

from evaldesk.domain.errors import EvalDeskError
from tests.hardship.jobs import JOBS, say


def _work(asked: dict[str, object]) -> int:
    if asked["user"] is not None:
        os.setgroups([])
        os.setgid(int(str(asked["user"])))
        os.setuid(int(str(asked["user"])))
    say("pid", os.getpid())
    try:
        JOBS[str(asked["job"])](Path(str(asked["folder"])), random.Random(str(asked["seed"])))
    except EvalDeskError as error:
        say("refused", error)
        return error.exit_code
    except BaseException:
        traceback.print_exc()
        return 99
    say("done")
    return 0


for line in sys.stdin:
    child = os.fork()
    if not child:
        code = _work(json.loads(line))
        sys.stderr.flush()
        os._exit(code)
    say("died", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
