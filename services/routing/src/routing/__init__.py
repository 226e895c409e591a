"""Routing: each case from its opening over assignment and acceptance to the result fed back."""
