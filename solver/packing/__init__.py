"""Packing: plain node-selection instances and answers; machines, items and counts, without files."""
