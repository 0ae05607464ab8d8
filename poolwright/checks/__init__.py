"""Checks over plans and previews; each yields findings."""
