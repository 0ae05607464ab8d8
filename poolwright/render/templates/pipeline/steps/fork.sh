# Plan, cost and checks; no state and no cloud is asked.
mkdir -p "$OUT"
poolwright report "$STACK" --no-cloud --against "$BASE" --format html --out "$OUT/review.html"
poolwright report "$STACK" --no-cloud --against "$BASE" --format markdown --out "$OUT/review.md"
