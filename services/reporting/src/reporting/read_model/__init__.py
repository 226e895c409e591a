"""The projections' tables: their shape, how batches of events are written into them, and their hashes."""
