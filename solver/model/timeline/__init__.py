"""Hours: which machines run in each of many hours, how they are filled and bought, and a bound on the cost."""
