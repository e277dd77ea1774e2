#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Runs suites of tests on what is built in $ZCTRACE_BUILD, and ends with the line
# "N passed, N failed, N skipped" for all of them. "make check" and its siblings call it.
#
# Suites run side by side, and so do the tests of runtime, but for those that are marked as alone: they
# come when all else has ended.
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
# Twice as many as CPUs: a test waits for half of its time.
workers=$((2 * $(nproc)))
passed=0 failed=0 skipped=0
names=()	# of what failed, to be said once more at the end: a log may be cut in the middle

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

# run_pytest NAME SUITE EXPRESSION MARKS [COMMAND...] -- [OPTION...]: COMMAND (sudo) is put before pytest's.
# A test runs once: one that fails now and then is at fault, or what it tests is. Sets $ran, how many did.
run_pytest() {
	local xml=$results/$1.xml suite=$2 expression=$3 marks=$4 before=() status failures skip
	shift 4
	while [ "$1" != -- ]; do
		before+=("$1")
		shift
	done
	shift
	rm -f "$xml"
	"${before[@]}" env ZCTRACE_BUILD="$ZCTRACE_BUILD" PYTHONDONTWRITEBYTECODE=1 CI="${CI:-}" \
		HYPOTHESIS_STORAGE_DIRECTORY="$results/hypothesis" \
		timeout -k 30 $suite_seconds "$python" -m pytest -q -p no:cacheprovider --tb=short \
		-rfEs --junit-xml="$xml" -k "$expression" -m "$marks" "$@" "tests/$suite"
	status=$?
	failures=$(($(attribute "$xml" failures) + $(attribute "$xml" errors)))
	skip=$(attribute "$xml" skipped)
	ran=$(attribute "$xml" tests)
	mapfile -t -O ${#names[@]} names < <(grep -oE '<testcase [^>]*><(failure|error)' "$xml" |
		sed -E 's/.* classname="([^"]*)" name="([^"]*)".*/FAILED \1::\2/')
	# Of runtime's two parts one may have no test with the word; run_runtime looks at both.
	[ "$status$marks" = 5 ] || [ $status != 5 ] || status=0
	add $((ran - failures - skip)) $failures "$skip" $status
}

# run_runtime SUITE PART: "beside" are those that run side by side, "alone" are the others
run_runtime() {
	local as_root=() options=() expression=${1#runtime}
	expression=${expression#:}
	expression=${expression//,/ or }
	[ "$(id -u)" = 0 ] || as_root=(sudo)
	if [ "$2" = beside ]; then
		options=(-n "$workers" --dist loadgroup)
		run_pytest runtime runtime "$expression" "not alone" "${as_root[@]}" -- "${options[@]}"
		ran_beside=$ran
	else
		run_pytest runtime-alone runtime "$expression" alone "${as_root[@]}" --
		if [ $((ran_beside + ran)) = 0 ]; then
			echo "  no test of runtime is called so"
			failed=$((failed + 1))
		fi
	fi
	[ "$(id -u)" = 0 ] || sudo chown -R "$(id -u):$(id -g)" "$ZCTRACE_BUILD"
}

# run_words SUITE[:WORD,WORD]
run_words() {
	local suite=${1%%:*} expression=${1#"${1%%:*}"}
	expression=${expression#:}
	run_pytest "$suite" "$suite" "${expression//,/ or }" "" --
}

# add_last_line LOG STATUS: the numbers of its last line like ours
add_last_line() {
	local counts
	counts=$(grep -E '^[0-9]+ passed, [0-9]+ failed' "$1" | tail -n 1 | tr -dc '0-9 ')
	# shellcheck disable=SC2086 # three numbers, the last of which may be absent
	set -- "$2" $counts
	add "${2:-0}" "${3:-0}" "${4:-0}" "$1"
}

# "make check-kernels" and "make guest" end with a line like ours; what is not exact stands above it.
run_kernels() {
	local log=$results/check-kernels.log status	# kernels.log is what this prints
	"${MAKE:-make}" --no-print-directory B="$(realpath --relative-to=. "$ZCTRACE_BUILD")" \
		check-kernels KERNEL_PAGE= >"$log" 2>&1
	status=$?
	grep -v '^ok ' "$log"
	add_last_line "$log" $status
	# The same claims over real devices: their bytes need one run each.
	log=$results/make-guest.log
	"${MAKE:-make}" --no-print-directory B="$(realpath --relative-to=. "$ZCTRACE_BUILD")" \
		guest GUEST_RUNS=1 GUEST_PAGES= >"$log" 2>&1
	status=$?
	grep -v '^ok ' "$log"
	add_last_line "$log" $status
}

# What run_beside has started: each is a session of its own, to be ended as a whole.
declare -A lanes=()
end_lanes() {
	local pid
	for pid in "${lanes[@]}"; do
		pkill -TERM -s "$pid"
	done
}

# run_beside SUITE...: each in a process of its own
run_beside() {
	local suite
	trap end_lanes EXIT
	trap 'exit 130' INT TERM HUP
	for suite in "$@"; do
		# What was skipped counts once, in the end.
		CI='' setsid "$0" "$suite" >"$results/$suite.log" 2>&1 </dev/null &
		lanes[$suite]=$!
	done
}

# await SUITE: shows what it printed, but for its last line
await() {
	local status log=$results/$1.log
	wait "${lanes[$1]}"
	status=$?
	unset "lanes[$1]"
	sed '1d; $d' "$log"
	mapfile -t -O ${#names[@]} names < <(grep -E '^(FAIL|FAILED|ERROR|not ok) ' "$log")
	add_last_line "$log" $status
}

mkdir -p "$results" || exit 1
measuring=() others=() ran=0 ran_beside=0
for suite in "$@"; do
	case $suite in
	runtime*) measuring+=("$suite") ;;
	*) others+=("$suite") ;;
	esac
done
if [ $# = 1 ] && [ ${#others[@]} = 1 ]; then
	echo "== ${others[0]}"
	case ${others[0]} in
	unit) run_unit ;;
	kernels) run_kernels ;;
	*) run_words "${others[0]}" ;;
	esac
else
	run_beside "${others[@]}"
	for suite in "${measuring[@]}"; do
		echo "== runtime"
		run_runtime "$suite" beside
	done
	for suite in "${others[@]}"; do
		echo "== $suite"
		await "$suite"
	done
	for suite in "${measuring[@]}"; do
		echo "== runtime: tests that run alone"
		run_runtime "$suite" alone
	done
	[ ${#names[@]} = 0 ] || printf '%s\n' "these failed:" "${names[@]/#/  }"
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ] && { [ "${CI:-}" != true ] || [ $skipped = 0 ]; }
