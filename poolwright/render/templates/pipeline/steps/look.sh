# What whoever approves is asked about; `changes` says whether there is anything to approve.
mkdir -p "$OUT"
poolwright preview "$STACK" --refresh --json --save "$OUT/preview.json" > "$OUT/changes.json"
poolwright report "$STACK" --against state --preview "$OUT/preview.json" --out "$OUT/review.md"
if grep -Fq '"changes": []' "$OUT/changes.json"; then changes=false; else changes=true; fi
