"""The optimisation models; the only package that imports pulp."""
