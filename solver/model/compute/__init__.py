"""The compute problem: one module per promise."""
