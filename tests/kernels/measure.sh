#!/bin/sh
# Takes every measurement that check-kernels compares: in the guests and on the host the same, with
# the same programs. Called by guest-init.sh, and by check_kernels.py in namespaces of its own.
#
#   measure.sh PROGRAMS IMAGES OUTPUT [without]      without: also with each tracepoint left out
#
# PROGRAMS has zctrace, scenarios/, ring_copy and busybox (whose tools alone are used, so that
# nothing depends on the system); IMAGES has FILESYSTEM.img. Every case leaves OUTPUT/CASE.json,
# .status (the exit status) and .err; a case that this kernel cannot take leaves .skipped, the reason.
set -u

programs=$1 images=$2 output=$3 without=${4:-}
bb=$programs/busybox
mounts=$output/mounts

WHOLE=1507328	# 23 rounds of 64 KiB
BROKEN=1500001	# ends in the middle of a chunk and of a page
PORT=10000

# begin CASE: the console of a guest that hangs shows in what
begin() {
	[ "$without" ] || echo "kernels: $1 at $("$bb" cut -d' ' -f1 /proc/uptime) s"
}

# zctrace NAME COMMAND OPTION…
zctrace() {
	name=$1 command=$2
	shift 2
	begin "$name"
	"$programs/zctrace" "$command" --json="$output/$name.json" -q "$@" >"$output/$name.err" 2>&1
	status=$?
	echo $status >"$output/$name.status"
	[ "$without" ] || [ $status = 0 ] || "$bb" sed 's/^/kernels: /' "$output/$name.err"
}

# transfer NAME copy|sendfile OPTION…
transfer() {
	name=$1 scenario=$2
	shift 2
	zctrace "$name" "$scenario" -n 1 --no-timeline "$@"
}

# have FILESYSTEM OPTION…: mounts it at $mounts/FILESYSTEM
have() {
	fs=$1
	shift
	"$bb" mkdir -p "$mounts/$fs"
	"$bb" mount -t "$fs" "$@" "$mounts/$fs" 2>"$output/mount.err"
}

# skip NAME…
skip() {
	for name; do
		"$bb" tail -n 1 "$output/mount.err" >"$output/$name.skipped"
	done
}

# served NAME COMMAND…: zctrace run of a program that sends to a receiver on $PORT
served() {
	name=$1
	shift
	"$programs/scenarios/receiver" --port $PORT --once >"$output/$name.receiver" 2>&1 &
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		"$bb" netstat -lnt | "$bb" grep -q ":$PORT " && break
		"$bb" sleep 1
	done
	zctrace "$name" run --timeline=0 -- "$@"
	kill $! 2>/dev/null	# where nobody has sent to it
	wait
}

links() {
	for link in lo veth veth-nosg; do
		transfer "sendfile-$link" sendfile --link $link --size $WHOLE --chunk 64K
		transfer "copy-$link" copy --link $link --size $WHOLE --chunk 64K
	done
	transfer sendfile-ipv6 sendfile --ipv6 --size $WHOLE --chunk 64K
	transfer copy-whole copy --size $WHOLE
}

cold_files() {
	transfer sendfile-cold-ext4 sendfile --cold --size $BROKEN --chunk 64K
	transfer copy-cold-ext4 copy --cold --size $BROKEN --chunk 64K
	if have xfs -o loop "$images/xfs.img"; then
		TMPDIR=$mounts/xfs transfer sendfile-cold-xfs sendfile --cold --size $BROKEN --chunk 64K
		"$bb" umount "$mounts/xfs"
	else
		skip sendfile-cold-xfs
	fi
	"$bb" mkdir -p "$TMPDIR/lower" "$TMPDIR/upper" "$TMPDIR/work"
	if have overlay -o "lowerdir=$TMPDIR/lower,upperdir=$TMPDIR/upper,workdir=$TMPDIR/work" overlay; then
		TMPDIR=$mounts/overlay transfer sendfile-cold-overlay sendfile --cold --size $BROKEN \
			--chunk 64K
		"$bb" umount "$mounts/overlay"
	else
		skip sendfile-cold-overlay
	fi
}

any_program() {
	"$bb" dd if=/dev/urandom of="$TMPDIR/file" bs=64k count=23 2>/dev/null
	# shellcheck disable=SC2016	# the traced shell expands it
	zctrace run-children run --timeline=0 -- "$bb" sh -c \
		'for i in 1 2 3; do "$0" dd if="$1" of=/dev/null bs=64k status=none & done; wait' \
		"$bb" "$TMPDIR/file"
	served run-sendfile "$programs/scenarios/sendfile" --port $PORT --chunk 64K "$TMPDIR/file"
	if ! [ -x "$programs/compat" ]; then
		echo "another architecture's" >"$output/run-32bit.skipped"
	elif ! "$programs/compat" 2>/dev/null; then
		echo "this machine makes a fault of 32-bit calls" >"$output/run-32bit.skipped"
	else
		zctrace run-32bit run --timeline=0 -- "$programs/compat"
	fi
	served run-io-uring "$programs/ring_copy" $PORT "$TMPDIR/file" 65536
}

# Programs that are nearly always in user mode, or in the kernel: what interrupts hit is told from
# each kernel's stacks.
interrupted() {
	if [ "$("$bb" uname -m)" != x86_64 ]; then
		echo "interrupts are measured on x86" | "$bb" tee "$output/run-in-user.skipped" \
			>"$output/run-in-kernel.skipped"
		return
	fi
	# shellcheck disable=SC2016	# the traced shell expands it
	zctrace run-in-user run --timeline=0 -- "$bb" sh -c \
		'i=0; while [ $i -lt 200000 ]; do i=$((i + 1)); done'
	zctrace run-in-kernel run --timeline=0 -- "$bb" dd if=/dev/zero of=/dev/null bs=64M count=50
}

# They note what they did, for tests/proof/compare.py.
random_programs() {
	for seed in 1 2 3 4 5 6 7 8 9 10 11 12 13; do
		(cd "$TMPDIR" && zctrace random-$seed run --timeline=0 -- \
			"$programs/random_moves" "$output/random-$seed.tally" $seed)
	done
}

# The tracepoints that zctrace can do without.
optional_tracepoints() {
	# shellcheck disable=SC2016	# awk's own $4
	"$bb" awk -F'"' '/"what": "tracepoint/ { name = substr($4, length("tracepoint ") + 1) }
			 /"required": false/ && name { print name }
			 /}/ { name = "" }' "$output/doctor.json"
}

without_each() {
	for tracepoint in $(optional_tracepoints); do
		transfer "without-$tracepoint" sendfile --size $WHOLE --chunk 64K --without "$tracepoint"
	done
}

"$bb" mkdir -p "$mounts"
"$bb" ip link set lo up
begin doctor
"$programs/zctrace" doctor --json >"$output/doctor.json" 2>"$output/doctor.err"
echo $? >"$output/doctor.status"
if ! have ext4 -o loop "$images/ext4.img"; then
	"$bb" cat "$output/mount.err" >&2
	exit 3
fi
export TMPDIR="$mounts/ext4"
links
cold_files
any_program
interrupted
random_programs
[ "$without" ] && without_each
"$bb" umount "$mounts/ext4"
"$bb" rm -rf "$mounts" "$output/mount.err"
