"""Packing plain instances: columns, bounds, rounding and repair."""
