"""Workloads of the bugle bench command."""
