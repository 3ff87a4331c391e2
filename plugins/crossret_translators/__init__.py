"""First-party translators components of crossret."""
