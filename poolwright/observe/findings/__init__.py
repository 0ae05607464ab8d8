"""Findings: what measurements say against a demand or a plan, one module for each subject."""
