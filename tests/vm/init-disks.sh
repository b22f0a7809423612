#!/bin/busybox sh
# shellcheck shell=dash
# PID 1 of the VM, from its first memory disk: mounts the real disks and goes on there (init-guest.sh).
busybox=/bin/busybox
$busybox mount -t proc proc /proc
$busybox mount -t devtmpfs dev /dev
while read -r module; do
  $busybox insmod "/modules/$module" || echo "vm: insmod $module failed"
done < /modules/order
$busybox mount -t ext4 /dev/vda /root
$busybox mount -t ext4 -o ro /dev/vdb /root/lib/modules
$busybox mount -t ext4 /dev/vdc /root/job
$busybox mount -t tmpfs -o mode=755 run /root/run
$busybox mkdir /root/run/vm
$busybox cp /init-guest.sh /command /root/run/vm
$busybox umount /proc
$busybox umount /dev
exec $busybox switch_root /root /run/vm/init-guest.sh
