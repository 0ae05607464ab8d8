"""Fleets: many stacks planned together, whose machines the same commitments pay for."""
