"""Computed outputs in AWS's formats, one module for each group of services."""
