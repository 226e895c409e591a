"""Faults done to a running system on purpose, and a client outside it who knows what must have survived."""
