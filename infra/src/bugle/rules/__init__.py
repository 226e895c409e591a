"""`bugle rules`: dry runs and backtests of routing rules, asked of routing over its interface."""
