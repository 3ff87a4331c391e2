"""Makes the data folder from pinned packages; not part of the wheel."""
