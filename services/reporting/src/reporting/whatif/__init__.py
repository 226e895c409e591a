"""What other limits, calendars, points and weights would have made of what happened. Nothing is recorded."""
