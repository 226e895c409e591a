"""Reporting's processes."""
