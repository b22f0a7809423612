#pragma once

#include <sys/types.h>

#include <initializer_list>
#include <optional>
#include <string>

#include "common/os/fd.hpp"
#include "common/os/why.hpp"

/// Calls on files, each relative to an open directory, each narrating itself and throwing SysError.
namespace lockstep::sys {

/// open(2) on a path of the host's, with O_CLOEXEC added. Nothing if it isn't there (ENOENT,
/// ENOTDIR).
std::optional<Fd> open_if_there(const std::string& path, int flags);
/// The same, but a missing file is an error.
Fd open(const std::string& path, int flags, mode_t mode = 0);

/// `path`, with the working directory before it unless it is absolute.
std::string absolute(const std::string& path);

/// realpath(3) of a path of the host's: absolute, without links. Nothing, with errno, if it isn't
/// there or can't be followed.
std::optional<std::string> real_path(const std::string& path);

/// The name by which the kernel knows an open file, with all links followed. Throws SysError.
std::string name_of(const Fd& file);

/// mkdir(2), mkdirat(2). False if the name is taken already, by whatever.
bool make_directory(const std::string& path, mode_t mode, Why why = {});
bool make_directory(const Fd& directory, const std::string& name, mode_t mode, Why why = {});

/// mknodat(2). 0, or the errno that is an answer: EEXIST (the name is taken), EPERM (not allowed, as in
/// a user namespace).
int make_node(const Fd& directory, const std::string& name, mode_t mode, dev_t device,
              Why why = {});

/// symlinkat(2). False if the name is taken already.
bool make_symlink(const std::string& target, const Fd& directory, const std::string& name,
                  Why why = {});

/// Makes an empty regular file (openat O_CREAT|O_EXCL|O_NOFOLLOW). False if the name is taken.
bool make_empty_file(const Fd& directory, const std::string& name, mode_t mode);

/// Replaces the file `name` in `directory` by `text` at one moment: a temporary file, written, and
/// renamed over it. A reader sees the old text or the new one, whatever happens meanwhile.
void replace_file(const Fd& directory, const std::string& name, const std::string& text,
                  mode_t mode);

/// Writes `value` to a file of the kernel's that is open, by one write(2), for that is how it reads a
/// setting. `name` is what narration and errors call it.
void write_value(const Fd& file, const std::string& name, const std::string& value, Why why = {});

/// rmdir(2). False if it is gone already.
bool remove_directory(const std::string& path, Why why = {});

/// Removes the folder and the files of these names in it; what is gone already is no error. A path
/// of the host's.
void remove_folder_of(const std::string& folder, std::initializer_list<const char*> names);

}  // namespace lockstep::sys
