"""Plans the units of a suite, runs them and writes their records."""
