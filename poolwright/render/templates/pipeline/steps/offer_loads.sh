# The suggestion as one commit on a branch of its own, and what its pull request says. No other branch is touched.
git switch --quiet --force-create "$BRANCH"
git add -- stacks
git -c user.name=poolwright -c user.email=poolwright@localhost commit --quiet --message "Loads of $STACK as measured"
cat "$OUT/suggestion.md" "$OUT/review.md" > "$OUT/offer.md"
