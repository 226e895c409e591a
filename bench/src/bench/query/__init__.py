"""Workload `query`: what reading costs over very many issues, through the HTTP process and with authorisation."""
