"""Why a document is not issued, or not found."""

from __future__ import annotations

from eventkit.errors import Problem


class UnknownDocument(Problem):
    """No document with this id has been issued here."""

    slug = "unknown-document"
    status = 404


class PeriodNotOver(Problem):
    """The period is not over, or not everything that happened in it is known yet."""

    slug = "period-not-over"
    status = 409


class DeadlinesUndecided(Problem):
    """Deadlines of the period have not been judged yet: some of them may still be missed."""

    slug = "deadlines-undecided"
    status = 409


class NothingChanged(Problem):
    """The document would say what the one that stands says: there is nothing to restate."""

    slug = "nothing-changed"
    status = 409
