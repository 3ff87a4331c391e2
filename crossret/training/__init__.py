"""The training loop, its schedule, its resumable state and its log."""
