"""What AWS says of prices and machines, brought into the catalog's tables; and what tables say of each other."""
