"""Observation: what was measured of a stack, what it says of the weeks to come, and the change that follows from it."""
