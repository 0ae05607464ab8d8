"""What a reviewer is told of a stack, as plain data: put together from locks, a preview, checks and prices."""
