"""`bugle bulletin`: a programme's documents, issued and fetched over reporting's interface."""
