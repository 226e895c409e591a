"""Reporting's face in a browser: pages over the queries, in this process, without a request to itself."""
