"""Many stacks at once: what they share, what each costs at its prices, and what nothing costs less than."""
