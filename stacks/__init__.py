"""What is wanted for each environment, and the program that composes the pools."""
