# What differs from the lock, and whose doing it is: code 5 for someone's hand.
poolwright drift "$STACK"
