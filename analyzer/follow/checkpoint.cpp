#include "analyzer/follow/checkpoint.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"
#include "trace/file_lock.h"

namespace exectrail::analyzer {
namespace {

constexpr int kVersion = 1;
constexpr std::size_t kMostBytes = 1 << 16;

void syncFolderOf(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.valid()) ::fsync(fd.get());
}

}  // namespace

std::optional<Checkpoint> readCheckpoint(const std::string& path) {
  const std::string name = trace::quoteForTerminal(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    if (errno == ENOENT) return std::nullopt;
    throwErrno(errno, "cannot read the checkpoint " + name);
  }
  std::string text(kMostBytes, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  try {
    const auto json = nlohmann::json::parse(text);
    if (json.at("version").get<int>() != kVersion) throw std::runtime_error("another version");
    Checkpoint checkpoint;
    checkpoint.position.segment = json.at("segment").get<std::string>();
    checkpoint.position.batch = json.at("batch").get<std::uint64_t>();
    checkpoint.position.closed = json.at("closed").get<bool>();
    checkpoint.outputBytes = json.at("output_bytes").get<std::uint64_t>();
    checkpoint.inputsSha256 = json.at("inputs_sha256").get<std::string>();
    checkpoint.outputNumber = json.value("output_number", std::uint64_t{0});
    return checkpoint;
  } catch (const std::exception&) {
    throw EnvironmentError(name +
                           " is not a checkpoint of this version; remove it, and the output "
                           "that goes with it, to begin anew");
  }
}

// A file of its own: the checkpoint itself is another one each time.
FileDescriptor lockCheckpoint(const std::string& path) {
  const std::string lock = path + ".lock";
  FileDescriptor fd(::open(lock.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!fd.valid()) throwErrno(errno, "cannot write " + trace::quoteForTerminal(lock));
  if (!lockAlone(fd.get(), trace::quoteForTerminal(lock))) {
    throw EnvironmentError(
        trace::quoteForTerminal(path) +
        " is the checkpoint of an analyzer that runs; each needs one of its own");
  }
  return fd;
}

void writeCheckpoint(const std::string& path, const Checkpoint& checkpoint) {
  const std::string name = trace::quoteForTerminal(path);
  nlohmann::ordered_json json;
  json["version"] = kVersion;
  json["segment"] = checkpoint.position.segment;
  json["batch"] = checkpoint.position.batch;
  json["closed"] = checkpoint.position.closed;
  json["output_bytes"] = checkpoint.outputBytes;
  json["output_number"] = checkpoint.outputNumber;
  json["inputs_sha256"] = checkpoint.inputsSha256;
  const std::string text = json.dump() + "\n";
  const std::string fresh = path + ".new";
  const FileDescriptor fd(
      ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640));
  if (!fd.valid()) throwErrno(errno, "cannot write the checkpoint " + name);
  const ssize_t written = ::write(fd.get(), text.data(), text.size());
  if (written != static_cast<ssize_t>(text.size())) {
    throwErrno(written < 0 ? errno : ENOSPC, "cannot write the checkpoint " + name);
  }
  if (::fdatasync(fd.get()) != 0 || ::rename(fresh.c_str(), path.c_str()) != 0) {
    throwErrno(errno, "cannot write the checkpoint " + name);
  }
  syncFolderOf(path);
}

}  // namespace exectrail::analyzer
