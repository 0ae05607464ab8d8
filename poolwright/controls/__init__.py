"""What shows that each control of a stack's compliance profile holds, from its lock."""
