"""The dual encoder: visual tower, text tower with its cross-attention branch, common space."""
