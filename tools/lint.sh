#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# Looks for mistakes and bad form in C, shell and Python: "make lint".
#
# Exit status: 0 nothing was found; 1 something was, and is on standard output.
set -u
cd "$(dirname "$0")/.." || exit 1
shopt -s nullglob
python=${PYTHON:-/usr/bin/python3}
status=0

# check TITLE COMMAND...
check() {
	printf '  %-8s %s\n' LINT "$1"
	shift
	"$@" || status=1
}

# shellcheck disable=SC2054 # the commas are cppcheck's
cppcheck_options=(
	--quiet --error-exitcode=1 -j2 --std=c11 --inline-suppr
	--enable=warning,performance,portability
	-Ibpf -Iscenarios
	--suppress=missingIncludeSystem		# it knows the C library without its headers
	--suppress=varFuncNullUB		# NULL is a pointer in every C library of Linux
	--suppress=uninitvar:user/count/session.c	# it does not see that a do loop runs at least once
	'-DLIBBPF_OPTS(type,name,...)=struct type name'	# how libbpf declares its options
)

for folder in user/*/; do
	cppcheck_options+=("-I$folder")
done
for program in tests/*/*.bpf.c; do
	cppcheck_options+=("-i$program")	# it does not know the sections of BPF programs
done

check 'form of C' "$python" tools/check_format.py {bpf,user/*,scenarios,tests/*}/*.[ch]
check cppcheck cppcheck "${cppcheck_options[@]}" user scenarios tests
# SC2187: busybox's shell, in the image of another kernel, is near enough to dash.
check shellcheck shellcheck --severity=warning --exclude=SC2187 .ci/run tools/*.sh tests/*/*.sh
# E203: a space before the colon of a slice is how the slices with long ends stay readable.
check flake8 "$python" -m flake8 --max-line-length=100 --extend-ignore=E203 tools tests
exit $status
