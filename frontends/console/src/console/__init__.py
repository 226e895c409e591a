"""The agencies' console: pages that report issues and move cases, over the public interfaces of the services alone."""

from __future__ import annotations

SERVICE = "console"
