"""事项库: what a matter asks, checks and gives, as published data."""
