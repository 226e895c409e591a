"""The processes of the console."""
