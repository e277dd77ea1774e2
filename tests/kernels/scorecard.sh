#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Prints docs/scorecard.md of saved reports: tests/kernels/scorecard.sh ZCTRACE REPORT.json...
#
# Exit status: that of zctrace.
set -eu
zctrace=$1
shift
cat <<'END'
# Scorecard

Which claims of the two articles are true where: on the machine that this was measured on, a virtual one with two busy CPUs
(over loopback and veth, which have no device), and in QEMU on Debian's kernels, over network cards and a disk
([guest.md](guest.md)). `make scorecard` measures it anew; `zctrace report A.json B.json` makes one of your own reports.

END
"$zctrace" check doc1 doc2 "$@" -q --markdown - | sed 1,2d
