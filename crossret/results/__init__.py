"""Records of finished units, and the tables that are pure functions of them."""
