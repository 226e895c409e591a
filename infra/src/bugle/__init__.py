"""The operator's command: embedded servers, import, demo and verification."""
