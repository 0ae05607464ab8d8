if [ "$status" -ne 0 ]; then exit "$status"; fi
