# What `up` would do, and the review of it, for people and for programs.
mkdir -p "$OUT"
poolwright preview "$STACK" --refresh --save "$OUT/preview.json"
poolwright report "$STACK" --against "$BASE" --preview "$OUT/preview.json" --format html --out "$OUT/review.html"
poolwright report "$STACK" --against "$BASE" --preview "$OUT/preview.json" --format markdown --out "$OUT/review.md"
