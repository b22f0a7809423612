# call_names.inc: {number, "name"}, of each system call that this machine's headers know.
execute_process(COMMAND ${COMPILER} -E -dM -x c++ -include sys/syscall.h /dev/null
                OUTPUT_VARIABLE macros COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "#define __NR_[a-z0-9_]+ [0-9]+\n" lines "${macros}")
set(names "")
foreach(line ${lines})
  string(REGEX REPLACE "#define __NR_([a-z0-9_]+) ([0-9]+)\n" "{\\2, \"\\1\"},\n" entry "${line}")
  string(APPEND names "${entry}")
endforeach()
file(WRITE ${OUTPUT} "${names}")
