"""First-party data sets from files that users have."""
