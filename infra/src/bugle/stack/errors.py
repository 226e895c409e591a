"""What can go wrong with the stack and be mended by the operator."""

from __future__ import annotations


class StackError(Exception):
    """The stack cannot do what was asked; the message says why and what to do."""


class BadChoice(StackError):
    """An argument is wrong, or names nothing that there is: exit status 2."""


HALF_RESTORED = "A restore was broken off, and half of one must not be worked on. Run it again: bugle restore DIR."
"""What whoever meets its databases is told."""


class HalfRestored(StackError):
    """A restore was broken off after it had begun to change the databases."""
