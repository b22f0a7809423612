# What the cases' filters are written with.
def asks($more): .process.args += $more;
def mount($at; $type; $options): .mounts += [{destination: $at, type: $type, source: $type, options: $options}];
# A folder of the host's, with a mount below it (tree/below), and without (tree/plain).
def tree($options): .mounts += [{destination: "/mnt", type: "none", source: "/run/test/host/tree", options: $options}];
def bind($from; $at; $options): .mounts += [{destination: $at, type: "none", source: $from, options: $options}];
def space($type): .linux.namespaces += [{type: $type}];
def without($type): del(.linux.namespaces[] | select(.type == $type));
def join($type): without($type) | .linux.namespaces += [{type: $type, path: "/run/test/spaces/\($type)"}];
def writable: .root.readonly = false;
def capabilities($names): .process.capabilities = {bounding: $names, effective: $names, permitted: $names};
def all_capabilities: capabilities(["CAP_SYS_ADMIN", "CAP_MKNOD", "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_SETUID", "CAP_SETGID",
  "CAP_SYS_CHROOT", "CAP_NET_RAW", "CAP_KILL", "CAP_SETPCAP", "CAP_FOWNER", "CAP_SYS_NICE"]);
def users: space("user") | .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] |
  .linux.gidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .root.path = "/run/test/shifted";
def limit($type; $soft; $hard): .process.rlimits += [{type: "RLIMIT_\($type)", soft: $soft, hard: $hard}];
def device($path; $type; $major; $minor): .linux.devices += [{path: $path, type: $type, major: $major, minor: $minor, fileMode: 432}];
def rule($type; $major; $minor; $access): .linux.resources.devices += [{allow: true, type: $type, major: $major, minor: $minor, access: $access}];
def calls($default; $rules): .linux.seccomp = {defaultAction: $default, architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_AARCH64"], syscalls: $rules};
def denies($names; $more): calls("SCMP_ACT_ALLOW"; [{names: $names, action: "SCMP_ACT_ERRNO"} + $more]);
# A hook that notes down what it sees. One of the container's own path, and it reaches the file as a volume.
def hook($kind; $status): .hooks[$kind] += [{path: "/run/test/rootfs-probe", args: ["probe", "hook", $kind, "/run/test/log/hooks", "\($status)"]}];
def inner($status): bind("/run/test/log"; "/log"; ["rbind", "rw"]) |
  .hooks.startContainer += [{path: "/probe", args: ["probe", "hook", "startContainer", "/log/hooks", "\($status)"]}];
def sleeps: .process.args = ["/probe", "sleep"];
