# Poolwright and the Pulumi CLI, where they are missing.
make engine
