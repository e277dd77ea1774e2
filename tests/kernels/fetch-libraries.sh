#!/bin/bash
# Unpacks, for another architecture, the libraries that a static zctrace links, and busybox; nothing
# is installed. Called by kernels.mk.
#
#   fetch-libraries.sh ARCH DIRECTORY     as: fetch-libraries.sh arm64 build/arm64/libraries
#
# They are of this machine's own Debian release, as the cross compiler's libc is. DIRECTORY/packages
# lists them when all are there. Exit status 3: there is no mirror.
set -euo pipefail
. "$(dirname "$0")/debian.sh"

# shellcheck disable=SC2034	# debian.sh uses arch
arch=$1 directory=$2
packages="libbpf-dev libelf-dev zlib1g-dev libjansson-dev libnl-3-dev libnl-route-3-dev libseccomp-dev
	nettle-dev libprotobuf-c-dev libcap-dev liburing-dev busybox-static"

[ -e "$directory/packages" ] && exit 0
rm -rf "$directory"
mkdir -p "$directory"
cd "$directory"
apt=$PWD/apt
trap 'rm -rf "$apt"' EXIT
mirror=$(debian_mirror Debian)
if [ -z "$mirror" ]; then
	echo "fetch-libraries.sh: no Debian mirror among this machine's package sources; add one, then" \
		"apt-get update" >&2
	exit 3
fi
debian_use "$mirror" "$(. /etc/os-release && echo "$VERSION_CODENAME")"
# shellcheck disable=SC2086	# a list
debian_apt apt-get download $packages
for package in *.deb; do
	dpkg-deb -x "$package" .
done
rm -rf usr/share ./*.deb
echo "$packages" >packages
