"""The relay process: puts intake's events in order and publishes them."""

from __future__ import annotations

from eventkit import process, settings
from eventkit.relay import run_relay
from eventkit.settings import RelaySettings
from intake.bootstrap import SERVICE


def main() -> None:
    """Relay until a signal ends it."""
    held = settings.read(RelaySettings)
    process.begin(SERVICE, "relay", held)
    run_relay(SERVICE, held)


if __name__ == "__main__":
    main()
