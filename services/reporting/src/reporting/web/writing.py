"""How pages write numbers and instants: as reports do, and deadlines as the office says them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from reporting.bulletins.cells import Cells


class Writing(Cells):
    """The cells of reports, and what only screens show."""

    __slots__ = ()

    def until(self, moment: datetime) -> str:
        """A deadline to the minute; one at midnight is the end of the day before, 24:00."""
        local = moment.astimezone(self.zone)
        if local.time() == time():
            return f"{local.date() - timedelta(days=1)} 24:00"
        return self.minute(moment)
