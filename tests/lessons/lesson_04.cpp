// What lesson 04 promises: images, shared and yet each container's own. Here its core.

#include <fcntl.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "common/images/overlay_marks.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "tests/lessons/check.hpp"
#include "tests/lessons/eventually.hpp"
#include "tests/lessons/image_store.hpp"
#include "tests/lessons/lesson_04_lifecycle.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

constexpr Reading kLayers{kIdea, "the kernel's Documentation/filesystems/overlayfs.rst"};
constexpr Reading kSettings{kReal, "the image-spec's config.md"};
constexpr const char* kName = "lesson-check-image";

using Words = std::vector<std::string>;

/// A file that any container may write to: from lesson 06 on its root is somebody else.
void write(const std::string& path, const std::string& text) {
  fs::create_directories(fs::path(path).parent_path());
  fs::permissions(fs::path(path).parent_path(), fs::perms::all);
  std::ofstream(path) << text << '\n';
  fs::permissions(path, fs::perms(0666));
}

/// Two layers: the upper one replaces a file of the lower one's.
void make_image(ImageStore& store, const std::string& settings = "{}") {
  const std::string lower = store.new_layer();
  write(lower + "/lesson/lower", "lower");
  write(lower + "/lesson/both", "lower");
  write(store.new_layer() + "/lesson/both", "upper");
  store.finish(kName, settings);
}

Outcome run(ImageStore& store, const std::string& script, const Words& options = {}) {
  return store.run(options, {kName, "sh", "-c", script});
}

void has_the_images_files(Step& step) {
  ImageStore store(step);
  make_image(store);
  run(store, "cat /lesson/lower /lesson/both").prints("lower\nupper\n");
}

void starts_from_the_image(Step& step) {
  ImageStore store(step);
  make_image(store);
  run(store, "echo evil > /lesson/both; echo evil > /lesson/new; rm /lesson/lower; cat /lesson/*")
      .prints("evil\nevil\n");
  run(store, "cat /lesson/*").prints("upper\nlower\n");
}

/// Each file's name, size, times and link count.
std::string listing(const std::string& folder) {
  std::string out;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    struct stat status {};
    ::lstat(entry.path().c_str(), &status);
    out += fmt::format("{} {} {} {}.{} {}.{}\n", entry.path().string(), status.st_mode,
                       status.st_size, status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
                       status.st_ctim.tv_sec, status.st_ctim.tv_nsec);
  }
  return out;
}

void leaves_the_layers_alone(Step& step) {
  ImageStore store(step);
  make_image(store);
  const std::string before = listing(store.layers());
  const Outcome outcome =
      run(store, "echo evil >> /lesson/both; rm /lesson/lower; mkdir /lesson/new; ls /lesson");
  outcome.prints("both\nnew\n");
  outcome.expect(listing(store.layers()) == before, "the layers in the store are as they were");
}

void are_apart(Step& step) {
  ImageStore store(step);
  make_image(store);
  const Words first = {"run", kName, "sh", "-c", "echo mine > /lesson/both; echo ready; sleep 30"};
  Process one = step.start(first, store.how());
  const bool ready = eventually([&] { return one.out().find("ready") != std::string::npos; });
  const Outcome two = run(store, "cat /lesson/both");
  one.signal(SIGKILL);
  const Outcome outcome = step.outcome_of(one, first);
  outcome.expect(ready, "it runs, and says \"ready\"");
  two.prints("upper\n");
}

/// The kernel's own marks for "not there" and "nothing from below".
void honours_whiteouts(Step& step) {
  ImageStore store(step);
  const std::string lower = store.new_layer();
  write(lower + "/lesson/gone", "lower");
  write(lower + "/lesson/folder/below", "lower");
  const std::string upper = store.new_layer();
  write(upper + "/lesson/folder/above", "upper");
  try {
    images::make_whiteout(sys::open(upper + "/lesson", O_RDONLY | O_DIRECTORY), "gone");
    images::make_opaque(sys::open(upper + "/lesson/folder", O_RDONLY | O_DIRECTORY),
                        images::own_marks(), "folder");
  } catch (const SysError& error) {
    throw CannotTell(
        fmt::format("no layer with overlayfs's marks can be made here: {}", error.what()));
  }
  store.finish(kName, "{}");
  run(store, "cd /lesson; find . | sort").prints(".\n./folder\n./folder/above\n");
}

void runs_its_command(Step& step) {
  ImageStore store(step);
  make_image(store, R"({"Entrypoint":["sh","-c"],"Cmd":["echo $GREETING; pwd"],)"
                    R"("Env":["GREETING=hello","PATH=/bin"],"WorkingDir":"/lesson"})");
  store.run({}, {kName}).prints("hello\n/lesson\n");
  store.run({}, {kName, "echo mine"}).prints("mine\n");
}

void names_what_is_missing(Step& step) {
  ImageStore store(step);
  make_image(store);
  const Outcome outcome = store.run({}, {"lesson-check-no-image", "true"});
  outcome.expect(
      outcome.status == 125 && outcome.err.find("lesson-check-no-image") != std::string::npos,
      "exit status 125, and an error with the image's name");
}

}  // namespace

Lesson lesson_04() {
  Lesson lesson{"04", "04-overlay", {"run", "images"}, {}};
  lesson.checks = {
      core("run IMAGE has the files of the image's layers", {"run", "images"}, kLayers,
           has_the_images_files),
      core("a later container starts from the image as it was", {}, {kAttack, "overlayfs.rst"},
           starts_from_the_image),
      core("what it changes, the layers in the store have nothing of", {}, kLayers,
           leaves_the_layers_alone),
      core("two containers of one image don't see each other's changes", {}, kLayers, are_apart),
      core("a layer's whiteouts and opaque folders take away what is below", {}, kLayers,
           honours_whiteouts),
      core("the image's own command, environment and working directory", {}, kSettings,
           runs_its_command),
      core("an image that isn't there is an error with its name", {}, kSettings,
           names_what_is_missing),
  };
  const std::vector<Check> checks = lifecycle_checks();
  lesson.checks.insert(lesson.checks.end(), checks.begin(), checks.end());
  return lesson;
}

}  // namespace lockstep::lessons
