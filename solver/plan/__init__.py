"""What was decided: one frozen part per pool, costs, explanations and the lock."""
