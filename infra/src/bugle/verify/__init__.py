"""`bugle verify`: a second reader of everything, which shares no code with what it checks."""
