#!/bin/bash
# The default profile at work, on real processes: which calls fail, and how.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

box -- call seen
prints $'Seccomp:\t2'
answers ok -- getpid
answers EPERM -- unshare 0x10000000
answers EPERM -- unshare 0
answers EPERM -- mount
answers EPERM -- umount2
answers EPERM -- setns
answers EPERM -- keyctl 0
answers EPERM -- add_key
answers EPERM -- bpf
answers EPERM -- io_uring_setup
answers EPERM -- userfaultfd
answers EPERM -- perf_event_open
answers EPERM -- open_by_handle_at
answers EPERM -- reboot
answers EPERM -- kexec_load
answers EPERM -- init_module
answers EPERM -- pivot_root
answers EPERM -- sethostname
answers ENOSYS -- clone3
answers EPERM -- clone 0x10000011
answers ok -- clone 0x11
answers EPERM -- socket 40 1 0
answers EPERM -- socket 38 5 0
answers ok -- socket 1 1 0
answers ok -- personality 0xffffffff
answers EPERM -- personality 0x0040000
answers ENOSYS -- 500
answers ENOSYS -- 100000

# Not so without: there the kernel itself answers.
answers EINVAL --security-opt seccomp=unconfined -- clone3
answers ok --security-opt seccomp=unconfined -- unshare 0
box --security-opt seccomp=unconfined -- call seen
prints $'Seccomp:\t0'

# Also for exec's programs, for those behind --init, and for other users.
"$newest" run --rootfs "$rootfs" --detach --id x sleep 1000 > /dev/null
succeeds "$newest" exec x call unshare 0
prints EPERM
succeeds "$newest" exec x call seen
prints $'Seccomp:\t2'
succeeds "$newest" exec --user 7 x call unshare 0
prints EPERM
"$newest" delete --force x
box --init -- call unshare 0
prints EPERM
box --init -- sh -c 'exit 9'
ends_with 9
box --user 1000:1000 -- call unshare 0
prints EPERM
"$newest" create --rootfs "$rootfs" x call unshare 0 > out
succeeds "$newest" start x
eventually grep -q EPERM out || fail "create and start: no filter: $(< out)"
"$newest" delete --force x

# A shell goes about its business.
box -- sh -c 'echo a | cat > /tmp/f; ls -l /tmp/f; chown 1:1 /tmp/f; chmod 700 /tmp/f; ln -s f /tmp/g; rm /tmp/g;
  sleep 0.01 & wait; (exit 3) || echo sub; date > /dev/null; ps > /dev/null; kill -0 1; mknod /tmp/p p; ping -c1 127.0.0.1 > /dev/null && echo done'
[[ $out == *sub*done ]] || fail "a shell's business$(seen)"
finish
