"""The HTTP side of a service: REST, CloudEvents, health, metrics and problem details around one command book."""

from __future__ import annotations

from eventkit.http.answers import json_response
from eventkit.http.app import create_app
from eventkit.http.limits import Limits
from eventkit.http.refusals import refusals_of
from eventkit.http.server import serve

__all__ = ["Limits", "create_app", "json_response", "refusals_of", "serve"]
