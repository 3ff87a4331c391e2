"""The weighted sum of loss terms, and the auxiliary step of terms that have an opponent."""
