"""First-party video: clips decoded into frames."""
