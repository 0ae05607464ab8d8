# Checks, budget, proof, what is replaced or deleted: code 5 when one says no.
poolwright report "$STACK" --against "$BASE" --preview "$OUT/preview.json" --gate
