"""Fleets from files: which stacks, what they share, and the processes and machines that plan them."""
