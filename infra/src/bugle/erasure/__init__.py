"""Erasing personal data: a contact's key is destroyed, then the master key is changed so that no copy opens it."""
