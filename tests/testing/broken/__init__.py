"""Components that are sound but for one thing each, a module per kind; the kit must find it."""
