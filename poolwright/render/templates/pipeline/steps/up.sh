# Exactly what was reviewed, code 4 for anything else; then the smoke tests, and back to the last good release if they fail.
poolwright up "$STACK" --yes --expect-lock "$EXPECT_LOCK" --expect-revision "$EXPECT_REVISION"
