# The target's release and lock, when every gate agrees; code 5 means that it waits, as for the soak, and writes nothing.
# Whoever must approve does so once the pull request is there: before `up`, that is asked.
mkdir -p "$OUT"
status=0
poolwright promote "$FROM" "$TO" --ask-account --approvals-later > "$OUT/promotion.txt" || status=$?
cat "$OUT/promotion.txt"
if [ "$status" -ne 0 ] && [ "$status" -ne 5 ]; then exit "$status"; fi
if [ -n "$(git status --porcelain -- stacks)" ]; then ready=true; else ready=false; fi
