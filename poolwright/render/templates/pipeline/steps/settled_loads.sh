# Where nothing is left to change, what an earlier night offered is taken back. Outside of the stack's window it stays.
settled=false
if [ "$ready" = false ] && grep -q ": the loads are near what was measured$" "$OUT/autopilot.txt"; then settled=true; fi
