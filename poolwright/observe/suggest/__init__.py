"""Suggestions: the change of a demand file that measured and expected loads ask for, in bounded steps."""
