"""The storage pool and its parts."""
