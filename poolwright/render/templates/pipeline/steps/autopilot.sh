# Loads as measured and the lock that follows, within the limits that the stack states; code 5 where one says no, and nothing is
# written. What it says is kept in either case.
mkdir -p "$OUT"
status=0
poolwright autopilot "$STACK" --from "$MEASURED" --output "$OUT/suggestion.md" > "$OUT/autopilot.txt" || status=$?
cat "$OUT/autopilot.txt"
if [ -n "$(git status --porcelain -- stacks)" ]; then ready=true; else ready=false; fi
