"""Independent checks of a plan, one module for each kind of promise; they share no code with the models."""
