# Those who must approve this stack's lock have done so: code 5 where too few have. Who it was, a variable says.
poolwright approvals "$STACK"
