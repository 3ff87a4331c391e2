"""What other programs wrote, read without running anything in it, and what they read."""
