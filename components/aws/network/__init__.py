"""The network pool and its parts."""
