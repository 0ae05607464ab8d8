"""What is for sale: machine types, prices, storage classes, services."""
