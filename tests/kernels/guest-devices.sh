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

# state FILE: what a run might change of the cards, without what comes and goes with a cable's signal
state() {
	for card in /sys/class/net/eth*; do
		echo "${card##*/} flags $(cat "$card/flags") mtu $(cat "$card/mtu")"
		find "$card/" -maxdepth 1 -name 'upper_*'
	done >"$1"
	{
		ip address | grep inet
		ip route
		ip -6 route
	} | grep -v 'fe80\|ff00' >>"$1"
}

# refused NAME: what is said about a pair of cards whose first is in use, and what it changes
refused() {
	state "$output/$1.before"
	/programs/zctrace sendfile --size 64K -n 1 --device eth0,eth1 >"$output/$1.err" 2>&1
	echo $? >"$output/$1.status"
	state "$output/$1.after"
}

in_use() {
	ip address add 198.51.100.1/24 dev eth0
	refused address
	ip address flush dev eth0
	ip link set eth0 up
	ip route add default dev eth0
	refused default-route
	ip route del default dev eth0
	ip route add 203.0.113.0/24 dev eth0
	refused route
	ip route del 203.0.113.0/24 dev eth0
	ip link add link eth0 name above type vlan id 5
	refused above
	ip link del above
	ip link add name bridge type bridge
	ip link set eth0 master bridge
	refused bridge
	ip link set eth0 nomaster
	ip link del bridge
}

# until_true COMMAND…: waits, 20 seconds at most
until_true() {
	for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		"$@" && break
		sleep 1
	done
}

# One card is on and one is off, and so they are afterwards; where zctrace is killed they are there.
given_back() {
	ip link set eth0 up
	ip link set eth1 down
	state "$output/run.before"
	/programs/zctrace sendfile --size 64K -n 1 --no-timeline --device eth0,eth1 \
		--json="$output/run.json" -q >"$output/run.err" 2>&1
	echo $? >"$output/run.status"
	state "$output/run.after"
	/programs/zctrace sendfile --size 64K -n 900 -q --device eth0,eth1 >/dev/null 2>&1 &
	until_true [ ! -d /sys/class/net/eth0 ]
	ls /sys/class/net >"$output/killed.during"
	kill -9 $!
	wait
	until_true [ -d /sys/class/net/eth0 -a -d /sys/class/net/eth1 ]
	ls /sys/class/net >"$output/killed.after"
}

size=$(sed 's/.*zctrace.size=\([0-9]*\).*/\1/' /proc/cmdline)
runs=$(sed 's/.*zctrace.runs=\([0-9]*\).*/\1/' /proc/cmdline)
echo "guest: virtio cards $(cards virtio_net), e1000e cards $(cards e1000e)"
measure gathering --full --device "$(cards e1000e)" --size "$size" --rate 20Mbit \
	--socket-buffer 64K -n "$runs"
measure linear-cold --cold --device "$(cards virtio_net)" --size "$size" -n "$runs"
measure linear-warm --device "$(cards virtio_net)" --size "$size" -n "$runs"
ip link >"$output/cards-after" 2>&1
in_use
given_back
dmesg -n 1
echo "kernels: reports begin"
tar -c -C $output . | gzip | base64
echo "kernels: reports end"
poweroff -f
