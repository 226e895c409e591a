"""Supervision: the clocks of every case, verification and close-out."""
