# Run after a doctest program was built: writes OUTPUT, which makes each test case of PROGRAM a ctest
# test "NAME: the case". PROPERTIES is what set_tests_properties gets for each of them.

execute_process(COMMAND ${PROGRAM} --list-test-cases --no-version --no-colors
                OUTPUT_FILE ${OUTPUT}.list COMMAND_ERROR_IS_FATAL ANY)
file(STRINGS ${OUTPUT}.list lines REGEX "^[^=[]")
set(script "")
foreach(case IN LISTS lines)
  string(REPLACE "," "\\," filter "${case}")  # a comma would separate two filters
  set(test "[==[${NAME}: ${case}]==]")
  string(APPEND script
         "add_test(${test} [==[${PROGRAM}]==] [==[--test-case=${filter}]==])\n"
         "set_tests_properties(${test} PROPERTIES ${PROPERTIES})\n")
endforeach()
if(script STREQUAL "")
  message(FATAL_ERROR "${PROGRAM} has no test cases")
endif()
file(WRITE ${OUTPUT} "${script}")
