# The promotion as one commit on a branch of its own, and what its pull request says.
git switch --quiet --force-create "$BRANCH"
git add -- stacks
git -c user.name=poolwright -c user.email=poolwright@localhost commit --quiet --message "Promote $FROM to $TO"
cat "$OUT/promotion.txt" "$OUT/review.md" > "$OUT/offer.md"
