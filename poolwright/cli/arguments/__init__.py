"""What is typed after `poolwright`, by subject; each command imports its own module when it runs."""
