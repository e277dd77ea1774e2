#!/bin/bash
# Unpacks Debian's newest kernel package of a series; nothing is installed. Called by guests.py and
# vmlinux-h.sh.
#
#   fetch-kernel.sh SERIES ARCH DIRECTORY     as: fetch-kernel.sh 6.1 amd64 build/kernels/6.1-amd64
#
# DIRECTORY/package names the package when all is there; then the network is not asked again.
# Exit status 3: there is no mirror, or it has no such kernel.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

series=$1 arch=$2 directory=$3
case $series in
6.1) suite=bookworm ;;
6.12) suite=trixie ;;
*) echo "fetch-kernel.sh: $series: of no Debian release that is known here: 6.1, 6.12" >&2
   exit 2 ;;
esac

[ -e "$directory/package" ] && exit 0
rm -rf "$directory"
mkdir -p "$directory"
cd "$directory"
apt=$PWD/apt
trap 'rm -rf "$apt"' EXIT

fail() {
	echo "fetch-kernel.sh: Linux $series for $arch: $1; $2" >&2
	exit 3
}

# The newest kernel of the series in MIRROR's SUITE: the plain one, neither cloud nor real-time.
newest() {
	debian_use "$1" "$2" || return 0
	debian_apt apt-cache search --names-only "^linux-image-${series//./\\.}\.[0-9.+debu~-]*-$arch\$" |
		awk '{ print $1 }' | sort -V | tail -n 1
}

main=$(debian_mirror Debian)
security=$(debian_mirror Debian-Security)
[ "$main$security" ] || fail "no Debian mirror among this machine's package sources" \
	"add one, then apt-get update"
# The security suite's list is twenty times shorter, and its kernels are newer.
package=
[ "$security" ] && package=$(newest "$security" "$suite-security")
[ "$package" ] || { [ "$main" ] && package=$(newest "$main" "$suite"); }
[ "$package" ] || fail "the mirror has none in $suite" "try again when it can be reached"

debian_apt apt-get download "$package" || fail "$package cannot be downloaded" "try again"
dpkg-deb -x "$package"_*.deb .
rm -rf usr/share "$package"_*.deb
echo "$package" >package
