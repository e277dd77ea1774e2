#!/bin/busybox sh
# /init of the guest that devices.py boots: measures over its network cards and its disk, writes the reports
# to the console, which is all that leaves it, and switches it off.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
mount -t tmpfs none /tmp
for module in /modules/*.ko; do
	insmod "$module" || echo "guest: ${module#/modules/} is not loaded"
done
output=/tmp/output
mkdir $output /disk
ip link set lo up
# The disk and the cards are there a moment after their drivers.
for _ in 1 2 3 4 5 6 7 8 9 10; do
	[ -b /dev/vda ] && [ "$(ls -d /sys/class/net/*/device 2>/dev/null | wc -l)" = 4 ] && break
	sleep 1
done
mount -t ext4 /dev/vda /disk || echo "guest: the disk is not mounted"
export TMPDIR=/disk

# cards DRIVER: "eth0,eth1", those that it drives
cards() {
	for card in /sys/class/net/*/device; do
		case $(readlink "$card/driver") in
		*/"$1") basename "$(dirname "$card")" ;;
		esac
	done | sort | paste -s -d , -
}

# measure NAME OPTION…
measure() {
	name=$1
	shift
	echo "guest: $name at $(cut -d' ' -f1 /proc/uptime) s"
	/programs/zctrace compare --json="$output/$name.json" --no-timeline -q "$@" >"$output/$name.err" 2>&1
	echo $? >"$output/$name.status"
	sed 's/^/guest: /' "$output/$name.err"
}

size=$(sed 's/.*zctrace.size=\([0-9]*\).*/\1/' /proc/cmdline)
runs=$(sed 's/.*zctrace.runs=\([0-9]*\).*/\1/' /proc/cmdline)
echo "guest: virtio cards $(cards virtio_net), e1000e cards $(cards e1000e)"
measure gathering --full --device "$(cards e1000e)" --size "$size" --rate 20Mbit \
	--socket-buffer 64K -n "$runs"
measure linear-cold --cold --device "$(cards virtio_net)" --size "$size" -n "$runs"
measure linear-warm --device "$(cards virtio_net)" --size "$size" -n "$runs"
ip link >"$output/cards-after" 2>&1
dmesg -n 1
echo "kernels: reports begin"
tar -c -C $output . | gzip | base64
echo "kernels: reports end"
poweroff -f
