"""What can be asked of a service."""
