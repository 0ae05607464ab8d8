# What differs from the lock, and whose doing it is: code 5 for someone's hand. One issue tells of it while it lasts.
poolwright drift "$STACK" --post "$POST_TO"
