"""The compute pool and its parts."""
