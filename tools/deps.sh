#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Installs what is missing of tools/packages.tsv with this system's package manager: "make deps".
#
#   tools/deps.sh [PURPOSE...]           install what these need: build, test, bench, kernels
#   tools/deps.sh --check [PURPOSE...]   only say what is missing
#
# Without a PURPOSE: build and test.
#
# Exit status: 0 everything is there; 3 something is missing and could not be installed.
set -u
directory=$(cd "$(dirname "$0")" && pwd)
PATH=$PATH:/usr/sbin:/sbin
export LC_ALL=C
tab=$(printf '\t')

say() {
	printf 'zctrace: %s\n' "$*"
}

stop() {
	say "$@" >&2
	exit 3
}

find_manager() {
	for manager in apt-get dnf pacman none; do
		if command -v "$manager" >/dev/null; then
			return
		fi
	done
}

# is_there KIND:THING
is_there() {
	thing=${1#*:}
	case $1 in
	command:*) command -v "$thing" >/dev/null ;;
	pkg-config:*) pkg-config --exists "$thing" 2>/dev/null ;;
	header:*) echo "#include <$thing>" | ${CC:-cc} -E -xc - >/dev/null 2>&1 ;;
	python:*) "${PYTHON:-/usr/bin/python3}" -c "import importlib.util as u, sys
sys.exit(u.find_spec('$thing') is None)" 2>/dev/null ;;
	library:*) [ -e "$(${CC:-cc} -print-file-name="$thing" 2>/dev/null)" ] ;;
	clang-runtime:*)
		for file in "$(clang -print-runtime-dir 2>/dev/null)/libclang_rt.$thing"*.a; do
			[ -e "$file" ] && return
		done
		false ;;
	file:*) [ -e "$thing" ] ;;
	*) stop "packages.tsv: $1: no such kind of need" ;;
	esac
}

# is_wanted FOR: whether a row's comma-separated purposes have one of those that were asked for
is_wanted() {
	for purpose in $purposes; do
		case ,$1, in
		*,"$purpose",*) return 0 ;;
		esac
	done
	return 1
}

# choose A|B: the first that the package lists have; unknown everywhere: the first
choose() {
	for name in $(echo "$1" | tr '|' ' '); do
		if [ "$manager" != apt-get ] ||
		   apt-cache policy "$name" 2>/dev/null | grep -q 'Candidate: [^(]'; then
			echo "$name"
			return
		fi
	done
	echo "${1%%|*}"
}

# Into $missing: "thing package needed|optional" a line, for what is not there.
find_missing() {
	missing=
	while IFS=$tab read -r need apt dnf pacman for; do
		case $need in
		'#'* | '') continue ;;
		esac
		if ! is_wanted "$for" || is_there "$need"; then
			continue
		fi
		case $manager in
		dnf) package=$dnf ;;
		pacman) package=$pacman ;;
		*) package=$apt ;;
		esac
		case $for in
		*optional*) rank=optional ;;
		*) rank=needed ;;
		esac
		missing="$missing${need#*:} $package $rank
"
	done <"$directory/packages.tsv"
}

# The packages of $missing, each once.
list_packages() {
	echo "$missing" | while read -r thing package _; do
		if [ -n "$thing" ] && [ "$package" != - ]; then
			choose "$package"
		fi
	done | sort -u | tr '\n' ' '
}

# list_things PACKAGE RANK: the things of $missing whose package and rank match these patterns
list_things() {
	echo "$missing" | while read -r thing package rank; do
		# shellcheck disable=SC2254 # they are patterns
		case "$package $rank" in
		$1\ $2) echo "$thing" ;;
		esac
	done | tr '\n' ' '
}

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	else
		sudo "$@"
	fi
}

# The tests use the programs of these packages, which were not there before. That they serve, now and
# after every boot, nobody asked for.
stop_services() {
	for package; do
		case $package in
		haproxy | iperf3 | nginx | nginx-light | prometheus | prometheus-node-exporter | rsync)
			service=${package%-light}
			as_root systemctl disable --now "$service" >/dev/null 2>&1
			as_root service "$service" stop >/dev/null 2>&1 ;;
		esac
	done
}

install_packages() {
	case $manager in
	apt-get)
		# A list that cannot be had does not matter if the others have the packages.
		as_root apt-get -qq -o DPkg::Lock::Timeout=300 update ||
			say "apt-get update failed; trying with the lists that are there" >&2
		# shellcheck disable=SC2046 # one word a package
		set -- $(list_packages)
		as_root env DEBIAN_FRONTEND=noninteractive apt-get -y -qq \
			-o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0 \
			install --no-install-recommends "$@" || return
		stop_services "$@" ;;
	dnf) as_root dnf -y --setopt=install_weak_deps=False --setopt=strict=0 install "$@" ;;
	pacman) as_root pacman -S --needed --noconfirm "$@" ;;
	esac
}

check=
if [ "${1:-}" = --check ]; then
	check=1
	shift
fi
purposes=${*:-build test}

find_manager
find_missing
needed=$(list_things '*' needed)
if [ "$check" ]; then
	[ -z "$needed" ] || stop "missing: ${needed% }; make deps installs what is missing"
	exit 0
fi

packages=$(list_packages)
if [ "$packages" ]; then
	if [ "$manager" = none ]; then
		stop "this system has none of apt-get, dnf and pacman. Missing: ${needed% }; install" \
			"what has them by hand. Debian's packages: ${packages% }"
	fi
	if [ "$(id -u)" != 0 ] && ! command -v sudo >/dev/null; then
		stop "installing needs root, and there is no sudo; as root: $0 $purposes"
	fi
	say "installing with $manager: ${packages% }"
	# shellcheck disable=SC2086 # one word a package
	install_packages $packages || stop "$manager failed, see above; missing: ${needed% }"
	find_missing
fi
without=$(list_things - '*')
[ -z "$without" ] || say "no package of this system has ${without% }: going without"
still=$(list_things '[!-]*' needed)
[ -z "$still" ] || stop "still missing: ${still% }; install what has them by hand"
say "everything${without:+ else} is there for: $purposes"
