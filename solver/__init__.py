"""Decides: demand and catalog in, plan out; no cloud, no clock."""
