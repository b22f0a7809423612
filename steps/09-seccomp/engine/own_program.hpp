#pragma once

/// Lesson 09, for engines: the runtime's own file is out of the containers' reach.
namespace lockstep::engine {

/// A container whose root is the host's may get hold of this program: an entrypoint `#!/proc/self/exe`
/// becomes it, /proc/PID/exe of who enters leads to it, and when nobody runs it any more it can be
/// written: the next caller runs what the container has put there (CVE-2019-5736). So this process
/// starts itself once more, from a read-only mount that nothing else can see; where there is no such
/// mount, from a sealed copy in memory. Returns if that isn't needed: the command makes and enters no
/// container, its file can't be written anyway, the caller isn't root, or this is the second start.
///
/// Order: first of all, for whatever is open or made is lost.
/// Break it: leave the call out, and see tests/cve/cve-2019-5736.sh.
/// See: open_tree(2), mount_setattr(2), execveat(2), memfd_create(2)
void guard_own_program(int argc, char** argv);

}  // namespace lockstep::engine
