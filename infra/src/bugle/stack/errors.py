"""What can go wrong with the stack and be mended by the operator."""

from __future__ import annotations


class StackError(Exception):
    """The stack cannot do what was asked; the message says why and what to do."""


class BadChoice(StackError):
    """An argument is wrong, or names nothing that there is: exit status 2."""


class HalfRestored(StackError):
    """A restore was broken off after it had begun to change the databases."""
