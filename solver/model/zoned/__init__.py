"""Hours over zones: machines that survive the loss of a zone, bought in four ways, and a bound on the cost."""
