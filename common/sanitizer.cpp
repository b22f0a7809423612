// Only in a build with AddressSanitizer.

/// What the sanitizer asks at the start of a step. Its search for leaks, at exit, traces the program
/// from a thread that it clones: after `exec` has joined a container's PID namespace, the clone would
/// be in there and wait forever. So a step looks for none; the unit tests do.
extern "C" const char* __asan_default_options();
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
