#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Runs suites of tests on what is built in $ZCTRACE_BUILD, and ends with the line
# "N passed, N failed, N skipped" for all of them. "make check" and its siblings call it.
#
#   tools/check.sh SUITE...      unit, golden, runtime, browser, kernels; runtime:WORD,WORD runs only
#                                those of its tests that have one of the words in their names
#
# Exit status: 0 all passed; 1 a test failed, or was skipped where CI is set.
set -u
cd "$(dirname "$0")/.." || exit 1
ZCTRACE_BUILD=$(realpath "${ZCTRACE_BUILD:-build}")
export ZCTRACE_BUILD
export PYTHONDONTWRITEBYTECODE=1
python=${PYTHON:-/usr/bin/python3}
results=$ZCTRACE_BUILD/results
test_seconds=600
suite_seconds=3000
passed=0 failed=0 skipped=0

# add PASSED FAILED SKIPPED STATUS: a program that fails without a failed test counts as one
add() {
	passed=$((passed + $1))
	failed=$((failed + $2))
	skipped=$((skipped + $3))
	if [ "$4" != 0 ] && [ "$2" = 0 ]; then
		failed=$((failed + 1))
		echo "  ended with status $4 although no test of it failed"
	fi
}

# Each program of cmocka's prints a line per test: "ok N - NAME", "not ok N - NAME", "ok N # SKIP".
run_unit() {
	local program log status ok not_ok skip
	for program in "$ZCTRACE_BUILD"/unit/test_*; do
		[ -x "$program" ] || continue
		log=$results/$(basename "$program").tap
		CMOCKA_MESSAGE_OUTPUT=tap timeout -k 10 $test_seconds "$program" >"$log" 2>&1
		status=$?
		skip=$(grep -c '^ok [0-9].*# SKIP' "$log")
		ok=$(($(grep -c '^ok [0-9]' "$log") - skip))
		not_ok=$(grep -c '^not ok [0-9]' "$log")
		printf '  %-28s %3d passed, %d failed, %d skipped\n' "$(basename "$program")" \
			"$ok" "$not_ok" "$skip"
		[ $status = 0 ] || grep -v '^ok [0-9]' "$log"
		add "$ok" "$not_ok" "$skip" $status
	done
}

# An attribute of the first test suite in a JUnit file; 0 where there is none.
attribute() {
	local value
	value=$(grep -o '<testsuite [^>]*' "$1" 2>/dev/null | grep -o " $2=\"[0-9]*\"" | tr -dc 0-9)
	echo "${value:-0}"
}

# run_pytest SUITE EXPRESSION [COMMAND...]: COMMAND (sudo) is put before pytest's. A test runs once: one
# that fails now and then is at fault, or what it tests is.
run_pytest() {
	local suite=$1 expression=$2 xml=$results/$1.xml status tests failures skip
	shift 2
	rm -f "$xml"
	"$@" env ZCTRACE_BUILD="$ZCTRACE_BUILD" PYTHONDONTWRITEBYTECODE=1 CI="${CI:-}" \
		HYPOTHESIS_STORAGE_DIRECTORY="$results/hypothesis" \
		timeout -k 30 $suite_seconds "$python" -m pytest -q -p no:cacheprovider --tb=short \
		-rfEs --junit-xml="$xml" -k "$expression" "tests/$suite"
	status=$?
	failures=$(($(attribute "$xml" failures) + $(attribute "$xml" errors)))
	skip=$(attribute "$xml" skipped)
	tests=$(attribute "$xml" tests)
	add $((tests - failures - skip)) $failures "$skip" $status
}

run_runtime() {
	if [ "$(id -u)" = 0 ]; then
		run_pytest runtime "$1"
		return
	fi
	run_pytest runtime "$1" sudo
	sudo chown -R "$(id -u):$(id -g)" "$ZCTRACE_BUILD"
}

# "make check-kernels" ends with a line like ours; what is not exact stands above it.
run_kernels() {
	local log=$results/kernels.log status counts
	"${MAKE:-make}" --no-print-directory B="$(realpath --relative-to=. "$ZCTRACE_BUILD")" \
		check-kernels KERNEL_PAGE= >"$log" 2>&1
	status=$?
	grep -v '^ok ' "$log"
	counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1 | tr -dc '0-9 ')
	# shellcheck disable=SC2086 # three numbers, the last of which may be absent
	set -- $counts
	add "${1:-0}" "${2:-0}" "${3:-0}" $status
}

mkdir -p "$results" || exit 1
for suite in "$@"; do
	echo "== ${suite%%:*}"
	expression=${suite#"${suite%%:*}"}
	expression=${expression#:}
	expression=${expression//,/ or }
	case $suite in
	unit) run_unit ;;
	runtime*) run_runtime "$expression" ;;
	kernels) run_kernels ;;
	*) run_pytest "${suite%%:*}" "$expression" ;;
	esac
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && { [ "${CI:-}" != true ] || [ $skipped = 0 ]; }
