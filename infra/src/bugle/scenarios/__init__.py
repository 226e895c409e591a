"""Scenarios: each mechanism of a programme played against the running system, through public APIs alone."""
