"""Sources: where measurements come from."""
