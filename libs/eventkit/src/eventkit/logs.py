"""How every process writes its log: one line an entry, with the time in UTC."""

from __future__ import annotations

import logging
import time

_FORMAT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s"
_CHATTY = ("kafka.net.selector", "mode.timers", "faust.transport.drivers.aiokafka", "httpx")
"""Loggers that report a busy machine every second; what they find wrong with a server comes at ERROR."""


def configure(level: str = "INFO") -> None:
    """Set up the root logger of a process; `level` is a name such as INFO."""
    logging.Formatter.converter = time.gmtime
    logging.basicConfig(level=level, format=_FORMAT, datefmt="%Y-%m-%dT%H:%M:%S")
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR)
