"""Backup of all services at one consistent cut, and restore with topics made anew from the stores (docs/adr/0022)."""
