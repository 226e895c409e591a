"""Python imports a module of this name at its start: where this folder is on PYTHONPATH, failpoints are set."""

from __future__ import annotations

import os
import sys
import traceback

from bugle.chaos.wrapping import wrap_this_process

try:
    wrap_this_process()
except (ImportError, AttributeError):  # Python itself would go on without the failpoints
    traceback.print_exc()
    sys.stderr.flush()
    os._exit(70)
