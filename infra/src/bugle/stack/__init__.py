"""The embedded stack: PostgreSQL, Kafka and every service process, from packages, under one process manager."""

from __future__ import annotations

from bugle.stack.embedded import Stack
from bugle.stack.errors import StackError
from bugle.stack.home import Home
from bugle.stack.system import System

__all__ = ["Home", "Stack", "StackError", "System"]
