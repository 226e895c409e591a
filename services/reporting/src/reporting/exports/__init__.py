"""Every list as a file for spreadsheets and for programs: one mechanism, whatever the list and the format."""
