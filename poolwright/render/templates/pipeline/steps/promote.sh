# The target's release and lock, when every gate agrees; code 5 means that it waits, as for the soak, and writes nothing.
mkdir -p "$OUT"
status=0
poolwright promote "$FROM" "$TO" > "$OUT/promotion.txt" || status=$?
cat "$OUT/promotion.txt"
if [ "$status" -ne 0 ] && [ "$status" -ne 5 ]; then exit "$status"; fi
if [ -n "$(git status --porcelain -- stacks)" ]; then ready=true; else ready=false; fi
