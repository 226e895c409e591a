"""Reports as documents: what a month, a quarter or a year of a programme has brought, drawn up from the projections."""
