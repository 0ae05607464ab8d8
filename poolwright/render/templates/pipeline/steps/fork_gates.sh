# Checks, budget, proof: code 5 when one says no.
poolwright report "$STACK" --no-cloud --against "$BASE" --gate
