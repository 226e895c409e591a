"""How every process writes its log: one line an entry, with the time in UTC, for people or as one JSON object."""

from __future__ import annotations

import logging
import sys
import threading
from datetime import UTC, datetime
from types import TracebackType

import orjson

from eventkit import tracing
from eventkit.diagnosis import brief, redacted, trail
from eventkit.settings import LogSettings, MissingSetting

_CHATTY = ("kafka.net.selector", "mode.timers", "faust.transport.drivers.aiokafka", "httpx")
"""Loggers that report a busy machine every second; what they find wrong with a server comes at ERROR."""

log = logging.getLogger(__name__)


def configure(held: LogSettings, service: str, process: str) -> None:
    """Set up the root logger of a process; what ends it unforeseen and what Python warns of goes the same way."""
    formatters = {"text": TextLines, "json": JsonLines}
    if held.log not in formatters:
        raise MissingSetting(f"This process cannot start: BUGLE_LOG must be one of {', '.join(formatters)}.")
    handler = logging.StreamHandler()
    handler.setFormatter(formatters[held.log](service, process))
    logging.basicConfig(level=held.log_level, handlers=[handler], force=True)
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.ERROR)
    logging.captureWarnings(True)
    sys.excepthook = _uncaught
    threading.excepthook = lambda fallen: _uncaught(fallen.exc_type, fallen.exc_value, fallen.exc_traceback)


def _uncaught(kind: type[BaseException], error: BaseException | None, at: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt | SystemExit):
        log.critical("nothing caught this error", exc_info=(kind, error or kind(), at))


class _Lines(logging.Formatter):
    """What both forms have in common."""

    def __init__(self, service: str, process: str) -> None:
        super().__init__()
        self._named = {"service": service, "process": process}

    def _message(self, record: logging.LogRecord) -> str:
        """The message; errors among its arguments in the words that a log may have."""
        if isinstance(record.args, tuple) and any(isinstance(one, BaseException) for one in record.args):
            told = tuple(brief(one) if isinstance(one, BaseException) else one for one in record.args)
            return redacted(str(record.msg) % told)
        return redacted(brief(record.msg) if isinstance(record.msg, BaseException) else record.getMessage())

    def _trail(self, record: logging.LogRecord) -> list[str]:
        return trail(record.exc_info[1]) if record.exc_info and record.exc_info[1] is not None else []

    def _about(self, record: logging.LogRecord) -> dict[str, object]:
        return {**tracing.subject(), **getattr(record, "about", {})}


class JsonLines(_Lines):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": _moment(record),
            "level": record.levelname,
            **self._named,
            "logger": record.name,
            "message": self._message(record),
            **self._about(record),
        }
        if where := self._trail(record):
            told["error"] = where
        return orjson.dumps(told, default=str).decode()


class TextLines(_Lines):
    """One line to read, what it is about at its end; the way of an error in lines below it."""

    def format(self, record: logging.LogRecord) -> str:
        found = " ".join(f"{name}={value}" for name, value in self._about(record).items() if name != "span_id")
        line = f"{_moment(record)} {record.levelname} {record.name}: {self._message(record)}"
        return "\n  ".join([f"{line} [{found}]" if found else line, *self._trail(record)])


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
