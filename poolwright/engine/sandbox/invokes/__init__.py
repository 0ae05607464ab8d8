"""Data sources: what a program may ask of the cloud without making anything."""
