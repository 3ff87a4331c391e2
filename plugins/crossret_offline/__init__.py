"""First-party real weights from packages that install offline."""
