"""First-party baselines components of crossret."""
