#include "tests/lessons/image_store.hpp"

#include <fcntl.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>

#include "common/images/empty_folder.hpp"
#include "common/os/error.hpp"
#include "common/os/files.hpp"
#include "tests/lessons/check.hpp"
#include "tests/lessons/rootfs.hpp"

namespace fs = std::filesystem;

namespace lockstep::lessons {
namespace {

constexpr const char* kTypes = "application/vnd.oci.image.";
#if defined(__aarch64__)
constexpr const char* kArchitecture = "arm64";
#else
constexpr const char* kArchitecture = "amd64";
#endif

/// The first word that a shell command prints. (The grader is a static program without a hash.)
std::string first_word_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> out(::popen(command.c_str(), "r"), ::pclose);
  std::array<char, 256> line{};
  if (!out || std::fgets(line.data(), line.size(), out.get()) == nullptr)
    throw CannotTell("this machine has no `" + command.substr(0, command.find(' ')) + "`");
  const std::string text = line.data();
  return text.substr(0, text.find_first_of(" \n"));
}

std::string hash_of(const std::string& path) { return first_word_of("sha256sum '" + path + "'"); }

std::string descriptor(const std::string& type, const std::string& hex, const std::string& blob) {
  return fmt::format(R"({{"mediaType":"{}{}","digest":"sha256:{}","size":{}}})", kTypes, type, hex,
                     fs::file_size(blob));
}

}  // namespace

ImageStore::ImageStore(Step& step) : step_(step), path_(step.sandbox().folder + "/store") {
  for (const char* part : {"blobs/sha256", "layers/sha256", "rootfs", ".workshop"})
    fs::create_directories(path_ + "/" + part);
  std::ofstream(path_ + "/oci-layout") << R"({"imageLayoutVersion":"1.0.0"})";
  try {
    make_rootfs(new_layer());
  } catch (const Error& error) {
    throw CannotTell(error.what());
  }
}

ImageStore::~ImageStore() {
  try {  // overlayfs leaves folders without permissions, which remove_all can't enter
    images::empty_folder(sys::open(path_, O_RDONLY | O_DIRECTORY));
    fs::remove(path_);
  } catch (const std::exception&) {  // the sandbox's folder goes at the end, with all that is in it
  }
}

std::string ImageStore::new_layer() {
  folders_.push_back(fmt::format("{}/.workshop/{}", path_, folders_.size()));
  fs::create_directory(folders_.back());
  fs::permissions(folders_.back(), fs::perms::all);
  return folders_.back();
}

std::string ImageStore::add_blob(const std::string& text) {
  const std::string file = path_ + "/.workshop/blob";
  std::ofstream(file) << text;
  std::string hex = hash_of(file);
  fs::rename(file, path_ + "/blobs/sha256/" + hex);
  return hex;
}

void ImageStore::finish(const std::string& name, const std::string& settings) {
  const std::string blobs = path_ + "/blobs/sha256/";
  std::string ids;
  std::string layers;
  for (const std::string& folder : folders_) {
    const std::string tar = folder + ".tar";
    if (std::system(fmt::format("tar -C '{}' -cf '{}' .", folder, tar).c_str()) != 0)
      throw CannotTell("this machine has no tar that could pack a layer");
    const std::string hex = hash_of(tar);
    fs::rename(tar, blobs + hex);
    fs::rename(folder, path_ + "/layers/sha256/" + hex);
    ids += fmt::format("{}\"sha256:{}\"", ids.empty() ? "" : ",", hex);
    layers += (layers.empty() ? "" : ",") + descriptor("layer.v1.tar", hex, blobs + hex);
  }
  const std::string config = add_blob(fmt::format(
      R"({{"architecture":"{}","os":"linux","config":{},"rootfs":{{"type":"layers","diff_ids":[{}]}}}})",
      kArchitecture, settings, ids));
  const std::string manifest = add_blob(fmt::format(
      R"({{"schemaVersion":2,"mediaType":"{}manifest.v1+json","config":{},"layers":[{}]}})", kTypes,
      descriptor("config.v1+json", config, blobs + config), layers));
  std::string entry = descriptor("manifest.v1+json", manifest, blobs + manifest);
  entry.insert(entry.size() - 1,
               R"(,"annotations":{"org.opencontainers.image.ref.name":")" + name + "\"}");
  std::ofstream(path_ + "/index.json") << R"({"schemaVersion":2,"manifests":[)" + entry + "]}";
}

How ImageStore::how() const {
  How how;
  how.in_child = [store = path_] { ::setenv("LOCKSTEP_STORE", store.c_str(), 1); };
  return how;
}

Outcome ImageStore::run(const std::vector<std::string>& options,
                        const std::vector<std::string>& command) {
  std::vector<std::string> words = {"run"};
  words.insert(words.end(), options.begin(), options.end());
  words.insert(words.end(), command.begin(), command.end());
  return step_.call(words, how());
}

}  // namespace lockstep::lessons
