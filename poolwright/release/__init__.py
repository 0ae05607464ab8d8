"""Releases: what is promoted, the gates on the way, and what is written for a pull request."""
