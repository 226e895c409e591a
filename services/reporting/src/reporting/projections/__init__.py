"""Pure functions from sets of events to rows, as docs/projections.md says."""
