"""Tamper evidence: a service's log as a file with a signed head, and its proof without any server."""
