# What `up` would do, and the review of it, for people and for programs.
mkdir -p "$OUT"
poolwright preview "$STACK" --refresh --save "$OUT/preview.json"
poolwright report "$STACK" --against "$BASE" --preview "$OUT/preview.json" --out "$OUT/review.html" --out "$OUT/review.md"
