#!/bin/bash
# Makes vmlinux.h for an architecture that is not this machine's, from the BTF in Debian's kernel
# image. Called by "make ARCH=arm64 bpf".
#
#   vmlinux-h.sh SERIES ARCH DIRECTORY OUTPUT
#
# Debian's arm64 vmlinuz is the plain image, so the BTF lies in it as it is.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
series=$1 arch=$2 directory=$3 output=$4

"$here/fetch-kernel.sh" "$series" "$arch" "$directory"
"${PYTHON:-python3}" "$here/image_btf.py" "$directory"/boot/vmlinuz-* "$directory/vmlinux.btf"
"${BPFTOOL:-bpftool}" btf dump file "$directory/vmlinux.btf" format c >"$output.tmp"
mv "$output.tmp" "$output"
