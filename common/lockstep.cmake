# How a step is built: shared by the repository and by every folder of the unrolled ladder.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR})
set(LOCKSTEP_SANITIZE "" CACHE STRING "Sanitizers for everything, such as address,undefined")
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()
# For size: what a start costs is mostly pages, touched for the first time. (make bench)
set(CMAKE_CXX_FLAGS_RELEASE "-Os -DNDEBUG")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# Of both only the headers are used, so that a static step needs no library of theirs.
foreach(header fmt/format.h nlohmann/json.hpp)
  string(MAKE_C_IDENTIFIER "HAVE_${header}" found)
  find_path(${found} ${header})
  if(NOT ${found})
    message(FATAL_ERROR "<${header}> is missing. `make deps` installs it; by hand on Debian: "
                        "apt-get install libfmt-dev nlohmann-json3-dev")
  endif()
endforeach()

# What every target here is compiled with. The prefix map makes __FILE__ and __builtin_FILE(),
# from which the narration names a call's lesson, relative to the project: "steps/01-uts/uts.cpp".
add_library(lockstep_flags INTERFACE)
target_include_directories(lockstep_flags INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/steps)
# The C++ library's locales would be a third of a step's pages; fmt asks for them only to write 1,000.
target_compile_definitions(lockstep_flags INTERFACE "FMT_STATIC_THOUSANDS_SEPARATOR=','")
target_compile_options(lockstep_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=
  -fno-pie -ffunction-sections -fdata-sections)
target_link_options(lockstep_flags INTERFACE -Wl,--gc-sections)
find_package(fmt CONFIG QUIET)
if(NOT fmt_VERSION OR fmt_VERSION VERSION_GREATER_EQUAL 11)  # common/fmt knows 9 and 10
  target_compile_definitions(lockstep_flags INTERFACE FMT_HEADER_ONLY)
endif()
if(LOCKSTEP_SANITIZE)
  set(sanitize -fsanitize=${LOCKSTEP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(lockstep_flags INTERFACE ${sanitize})
  target_link_options(lockstep_flags INTERFACE ${sanitize})
endif()

# What every executable is linked with, dynamic or as a step is: statically, for then it starts in a
# third of the time and needs nothing from the rootfs. --fatal-warnings turns the linker's remark on
# getpwnam and its kin, which would load NSS libraries at run time, into an error.
add_library(lockstep_dynamic INTERFACE)
target_link_options(lockstep_dynamic INTERFACE -no-pie)
add_library(lockstep_step INTERFACE)
if(LOCKSTEP_SANITIZE)  # a sanitizer can't be static
  target_link_libraries(lockstep_step INTERFACE lockstep_dynamic)
else()
  target_link_options(lockstep_step INTERFACE
    -static -Wl,--fatal-warnings -Wl,-z,norelro -Wl,-z,noseparate-code
    -Wl,-T,${CMAKE_CURRENT_LIST_DIR}/seldom.ld)  # what a start never touches, at the end
  set_property(TARGET lockstep_step PROPERTY INTERFACE_LINK_DEPENDS ${CMAKE_CURRENT_LIST_DIR}/seldom.ld)
endif()

# common/: one library a folder. They are linked as a group, so their order says nothing. Only
# images and users stand on top of them: the steps before 03 have none and needn't wait for their compilation.
add_library(lockstep_common INTERFACE)
set(common_libraries "")
file(GLOB common_folders CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/common/*)
foreach(folder ${common_folders})
  file(GLOB sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  if(sources)
    cmake_path(GET folder FILENAME name)
    add_library(lockstep_${name} STATIC ${sources})
    target_link_libraries(lockstep_${name} PUBLIC lockstep_flags)
    if(NOT name MATCHES "^(images|users)$")
      list(APPEND common_libraries lockstep_${name})
    endif()
  endif()
endforeach()
list(JOIN common_libraries "," common_libraries)
target_link_libraries(lockstep_common INTERFACE
  "$<LINK_GROUP:RESCAN,${common_libraries}>" lockstep_flags)
target_link_libraries(lockstep_users PUBLIC lockstep_common)
target_link_libraries(lockstep_images PUBLIC lockstep_users)

# add_feature(03-mount rootfs.cpp mount_options.cpp …)
#   a library of one lesson's feature (its core, then its details), on top of every earlier lesson's.
set(LOCKSTEP_BELOW lockstep_common)
function(add_feature lesson)
  set(folder ${PROJECT_SOURCE_DIR}/steps/${lesson})
  if(NOT EXISTS ${folder})  # the unrolled ladder has no steps/
    set(folder ${PROJECT_SOURCE_DIR}/${lesson})
  endif()
  list(TRANSFORM ARGN PREPEND ${folder}/)
  add_library(${lesson} STATIC ${ARGN})
  target_link_libraries(${lesson} PUBLIC ${LOCKSTEP_BELOW})
  if(lesson STRGREATER_EQUAL 03)
    target_link_libraries(${lesson} PUBLIC lockstep_images)
  endif()
  if(lesson STRGREATER_EQUAL 09)  # found when it is needed: the steps before 09 do without
    find_path(HAVE_SECCOMP seccomp.h)
    find_library(SECCOMP_LIBRARY NAMES libseccomp.a seccomp)  # by its path: a cross linker looks nowhere else
    if(NOT HAVE_SECCOMP OR NOT SECCOMP_LIBRARY)
      message(FATAL_ERROR "<seccomp.h> is missing. `make deps` installs it; by hand on Debian: "
                          "apt-get install libseccomp-dev")
    endif()
    target_link_libraries(${lesson} PUBLIC ${SECCOMP_LIBRARY})
  endif()
  set(LOCKSTEP_BELOW ${lesson} PARENT_SCOPE)
endfunction()

# add_story(folder)
#   the executable step03, named for the newest lesson so far: container.cpp and main.cpp of that
#   folder on top of the features.
function(add_story folder)
  string(REGEX MATCH "^[0-9]+" number ${LOCKSTEP_BELOW})
  set(step step${number})
  add_executable(${step} ${folder}/container.cpp ${folder}/main.cpp)
  target_link_libraries(${step} PRIVATE ${LOCKSTEP_BELOW} lockstep_step)
  if(LOCKSTEP_SANITIZE)
    target_sources(${step} PRIVATE ${PROJECT_SOURCE_DIR}/common/sanitizer.cpp)
  endif()
  install(TARGETS ${step})
endfunction()
