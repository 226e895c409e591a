"""Answers from the projections: who may see what, valid at which time, and how the figures are counted."""
