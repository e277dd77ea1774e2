#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Runs fuzzers, each for a time, on the inputs in tests/fuzz/corpus/NAME and on what it finds beyond
# them: "make fuzz". New inputs and what made it fail are left beside the fuzzers.
#
#   tools/fuzz.sh SECONDS FUZZER...
#
# Exit status: 0 nothing was found; 1 something was.
set -u
cd "$(dirname "$0")/.." || exit 1
seconds=$1
shift
[ $# -gt 0 ] || echo 'tests/fuzz has no fuzzer'
status=0
for fuzzer in "$@"; do
	name=$(basename "$fuzzer")
	inputs=("$fuzzer.found")
	seeds=tests/fuzz/corpus/${name#fuzz_}
	mkdir -p "${inputs[0]}"
	[ ! -d "$seeds" ] || inputs+=("$seeds")
	printf '  %-8s %s for %s s\n' FUZZ "$name" "$seconds"
	log=$fuzzer.log
	if "$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
		-artifact_prefix="$fuzzer-" -print_final_stats=1 "${inputs[@]}" >"$log" 2>&1; then
		grep -E '^(Done|stat::number_of_executed_units)' "$log"
	else
		tail -n 60 "$log"
		status=1
	fi
done
exit $status
