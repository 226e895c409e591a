"""`python -m bugle` is `bugle`."""

from __future__ import annotations

from bugle.cli import main

main()
