"""What a deployed system needs besides its images."""
