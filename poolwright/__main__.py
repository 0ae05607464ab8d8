"""`python -m poolwright`: the same as the `poolwright` script."""

from poolwright.cli.main import main

main()
