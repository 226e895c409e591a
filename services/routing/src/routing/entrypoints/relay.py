"""The relay process: puts routing's events in order and publishes them."""

from __future__ import annotations

import logging

from eventkit import settings
from eventkit.relay import run_relay
from eventkit.settings import RelaySettings
from routing.bootstrap import SERVICE


def main() -> None:
    """Relay until a signal ends it."""
    logging.basicConfig(level=logging.INFO)
    run_relay(SERVICE, settings.read(RelaySettings))


if __name__ == "__main__":
    main()
