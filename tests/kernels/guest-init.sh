#!/bin/busybox sh
# /init of the guests that guests.py boots: loads the kernel's modules, takes the measurements, writes
# them to the console, which is all that leaves a guest, and switches the machine off.
/bin/busybox --install -s /bin
export PATH=/bin
mount -t devtmpfs none /dev
mount -t proc none /proc
mount -t sysfs none /sys
mount -t tmpfs none /tmp
for module in /modules/*.ko; do
	insmod "$module" || echo "kernels: ${module#/modules/} is not loaded"
done
echo "kernels: booted after $(cut -d' ' -f1 /proc/uptime) s"
mkdir /tmp/output
sh /measure.sh /programs /images /tmp/output
echo "kernels: measured after $(cut -d' ' -f1 /proc/uptime) s"
dmesg -n 1
echo "kernels: reports begin"
tar -c -C /tmp/output . | gzip | base64
echo "kernels: reports end"
poweroff -f
