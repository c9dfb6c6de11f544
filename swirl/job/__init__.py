"""What an analytics function runs in: its parameters, its context and the driver that calls it."""
