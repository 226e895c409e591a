"""`bugle whatif`: what other limits, another calendar, other points or weights would have made of a programme."""
