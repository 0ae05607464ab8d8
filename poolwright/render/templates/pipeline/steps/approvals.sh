# Those who must approve this stack's lock have done so: code 5 where too few have.
poolwright approvals "$STACK" --from "$APPROVED_AT"
