# Plan, cost and checks; no state and no cloud is asked.
mkdir -p "$OUT"
poolwright report "$STACK" --no-cloud --against "$BASE" --out "$OUT/review.html" --out "$OUT/review.md"
