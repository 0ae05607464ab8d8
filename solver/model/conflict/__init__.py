"""Conflicts: what a demand wishes, which wishes can't hold together, and what would free them."""
