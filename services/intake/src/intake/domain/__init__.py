"""What intake decides. Pure and of the standard library alone: no clock, no ids, no input or output."""

from __future__ import annotations
