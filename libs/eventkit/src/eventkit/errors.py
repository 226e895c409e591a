"""What may go wrong between a caller, a store and a consumer, each with the policy it asks for."""

from __future__ import annotations

from eventkit.text import Text


class Problem(Exception):
    """Something a caller can mend; carried to problem+json (RFC 9457).

    `field` is a JSON pointer or a path such as "history/0/at", `mend` a sentence that says what to do.
    Domain refusals have the same attributes without inheriting from here: the domain knows no library.
    """

    slug = "problem"
    status = 400

    def __init__(self, message: Text | None = None, *, field: str | None = None, mend: Text | None = None) -> None:
        super().__init__(message or (self.__doc__ or "").strip())
        self.field = field
        self.mend = mend


class VersionConflict(Exception):
    """Another writer appended to the stream first. Policy: load again and decide again."""

    def __init__(self, detail: str) -> None:
        super().__init__(f"the stream has moved on: {detail}")


class NotYet(Exception):
    """An event needs a predecessor that has not arrived. Policy: it waits until `token` is provided."""

    def __init__(self, token: str) -> None:
        super().__init__(f"waits for {token}")
        self.token = token


class Malformed(ValueError):
    """A record that is not one of Bugle's events. Policy: dead-lettered with its bytes; its key is parked."""


class LeadershipLost(Exception):
    """Another relay of the service has taken over. Policy: this one ends and is started again as a follower."""


class Stopped(Exception):
    """The process is to end. Policy: nothing is acknowledged, so that Kafka hands the batch out again."""
