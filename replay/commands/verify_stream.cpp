// verify-stream: pushes a trace through the paths of streaming (a pipe, batches of any size, a
// folder whose reader is stopped and killed again and again) and compares the alerts' bytes with
// those of one run over the file.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <random>
#include <sstream>
#include <thread>

#include "analyzer/engine/engine.h"
#include "analyzer/follow/follower.h"
#include "analyzer/output/json.h"
#include "replay/commands/commands.h"
#include "replay/commands/workload.h"
#include "replay/report/report.h"
#include "replay/support/shell_word.h"
#include "replay/support/temporary.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/reader.h"
#include "trace/writer.h"

namespace exectrail::replay {
namespace {

namespace fs = std::filesystem;
using Random = std::mt19937_64;
using SharedProgram = std::shared_ptr<const analyzer::Program>;

constexpr std::size_t kMostFile = std::size_t{1} << 30;
constexpr int kSteps = 8;                      // of a folder that grows, and its readers
constexpr std::chrono::seconds kPatience{60};  // for a reader that follows
constexpr std::chrono::milliseconds kLook{5};

std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

void append(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::app);
  if (!(file << bytes << std::flush)) throw EnvironmentError("cannot write " + path);
}

std::string render(const analyzer::Alert& alert, const trace::Header& header,
                   const analyzer::Program& program) {
  return analyzer::toJsonLine(alert, header, program.inputsSha256());
}

std::string alertsOf(const analyzer::Program& program, trace::Reader& reader) {
  std::string text;
  const trace::Header header = reader.header();
  analyzer::Engine engine(program, header, [&](const analyzer::Alert& alert) {
    text += render(alert, header, program);
  });
  trace::Record record;
  while (reader.next(record)) engine.process(record);
  engine.finish();
  return text;
}

// As a pipe brings it, in pieces of any size.
std::string throughPipe(const analyzer::Program& program, const std::string& bytes,
                        Random& random) {
  int ends[2];
  if (::pipe(ends) != 0) throwErrno(errno, "cannot make a pipe");
  const OwnedFd from(ends[0]);
  std::thread writer([&, seed = random()] {
    const OwnedFd to(ends[1]);
    Random sizes(seed);
    for (std::size_t at = 0; at < bytes.size();) {
      const std::size_t most = std::size_t{1} << (sizes() % 17);
      const ssize_t written =
          ::write(to.get(), bytes.data() + at, std::min(most, bytes.size() - at));
      if (written <= 0) return;  // the reader has gone, and says why
      at += static_cast<std::size_t>(written);
    }
  });
  try {
    const auto reader = trace::openTraceStream(from.get(), "the pipe");
    std::string text = alertsOf(program, *reader);
    writer.join();
    return text;
  } catch (...) {
    char rest[65536];  // so that the writer ends
    while (::read(from.get(), rest, sizeof rest) > 0) {
    }
    writer.join();
    throw;
  }
}

class Text : public trace::ByteSink {
 public:
  void write(const std::byte* data, std::size_t size) override {
    text.append(reinterpret_cast<const char*>(data), size);
  }
  std::string text;
};

// The same records in batches as a recorder makes them: of any size, and runs of any length.
std::string inOtherBatches(const analyzer::Program& program, const std::string& path,
                           Random& random) {
  Text sink;
  const auto reader = trace::openTrace(path);
  trace::WriterSettings settings;
  settings.runBytes = std::size_t{1} << (8 + random() % 13);
  trace::Writer writer(sink, reader->header(), settings);
  trace::Record record;
  const std::uint64_t often = 1 + random() % 64;
  while (reader->next(record)) {
    writer.add(record);
    if (random() % often == 0) writer.flush();
  }
  writer.finish(*reader->end());
  const auto other = trace::openTraceBytes(sink.text, "batches");
  return alertsOf(program, *other);
}

// One reader of the folder, in a process of its own that can be killed.
class FolderReader {
 public:
  FolderReader(const std::string& folder, const SharedProgram& program, bool follow)
      : pid_(forked()) {
    if (pid_ == 0) ::_exit(read(folder, program, follow));
  }
  ~FolderReader() { end(SIGKILL); }
  FolderReader(const FolderReader&) = delete;
  FolderReader& operator=(const FolderReader&) = delete;

  // By a signal, or by itself if that is 0. Its exit status, -1 if it has none. Whom the signal
  // meets before he can take it has not failed.
  int end(int signal) {
    if (pid_ <= 0) return -1;
    if (signal != 0) ::kill(pid_, signal);
    int status = 0;
    while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
    }
    pid_ = 0;
    if (signal != 0 && WIFSIGNALED(status) && WTERMSIG(status) == signal) return kExitDone;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }

 private:
  // In the child, a signal to end waits until somebody listens to it.
  static pid_t forked() {
    sigset_t ends;
    sigset_t before;
    ::sigemptyset(&ends);
    ::sigaddset(&ends, SIGTERM);
    ::sigprocmask(SIG_BLOCK, &ends, &before);
    const pid_t pid = ::fork();
    const int error = errno;
    if (pid != 0) ::sigprocmask(SIG_SETMASK, &before, nullptr);
    if (pid < 0) throwErrno(error, "cannot make a process");
    return pid;
  }

  static int read(const std::string& folder, const SharedProgram& program, bool follow) {
    try {
      // What it tells of itself (resumed, unfinished) is no matter here.
      if (std::freopen("/dev/null", "w", stderr) == nullptr) return kExitEnvironment;
      analyzer::Operations operations({});
      analyzer::FollowSettings settings;
      settings.folder = folder + "/trail";
      settings.follow = follow;
      settings.checkpoint = folder + "/checkpoint";
      settings.output.path = folder + "/alerts";
      analyzer::Follower follower(
          settings, program, [&] { return program; }, render, nullptr, operations);
      follower.run();
      return kExitDone;
    } catch (const std::exception&) {
      return kExitEnvironment;
    }
  }

  pid_t pid_;
};

// A folder into which segments grow as a recorder writes them.
class Growth {
 public:
  Growth(const std::vector<std::string>& files, const std::string& folder) : folder_(folder) {
    fs::create_directory(folder);
    for (const std::string& file : files) {
      names_.push_back(folder + "/" + fs::path(file).stem().string() + ".trail");
      bytes_.push_back(readFile(file));
      left_ += bytes_.back().size();
    }
  }

  std::size_t left() const { return left_; }

  void grow(std::size_t most) {
    while (most > 0 && left_ > 0) {
      const std::string& segment = bytes_[segment_];
      const std::size_t size = std::min(most, segment.size() - at_);
      // A recorder makes the next file before it has finished this one.
      if (at_ + size == segment.size() && segment_ + 1 < names_.size()) {
        append(names_[segment_ + 1], {});
      }
      append(names_[segment_], std::string_view(segment).substr(at_, size));
      at_ += size;
      left_ -= size;
      most -= size;
      if (at_ < segment.size()) continue;
      at_ = 0;
      ++segment_;
    }
  }

 private:
  std::string folder_;
  std::vector<std::string> names_;
  std::vector<std::string> bytes_;
  std::size_t segment_ = 0;
  std::size_t at_ = 0;
  std::size_t left_ = 0;
};

// Read in parts. After some of them it is as if the reader had been killed: between writing alerts
// and the checkpoint that vouches for them, or half-way through a line.
std::string throughRestarts(const SharedProgram& program, const std::vector<std::string>& files,
                            Random& random) {
  const TemporaryDirectory folder;
  const std::string checkpoint = folder.path() + "/checkpoint";
  Growth growth(files, folder.path() + "/trail");
  const std::size_t step = growth.left() / kSteps + 1;
  while (growth.left() > 0) {
    growth.grow(1 + random() % (2 * step));
    const std::string before = readFile(checkpoint);
    if (FolderReader(folder.path(), program, false).end(0) != kExitDone) return "(a reader failed)";
    if (random() % 2 == 0 && !before.empty()) {
      std::ofstream(checkpoint, std::ios::trunc) << before;
    }
    if (random() % 2 == 0 && fs::exists(checkpoint)) append(folder.path() + "/alerts", "{\"half");
  }
  if (FolderReader(folder.path(), program, false).end(0) != kExitDone) return "(a reader failed)";
  return readFile(folder.path() + "/alerts");
}

// Followed while it grows, by a reader that is killed at any time.
std::string throughKills(const SharedProgram& program, const std::vector<std::string>& files,
                         std::size_t expected, Random& random) {
  const TemporaryDirectory folder;
  const std::string alerts = folder.path() + "/alerts";
  Growth growth(files, folder.path() + "/trail");
  const std::size_t step = growth.left() / kSteps + 1;
  while (growth.left() > 0) {
    FolderReader reader(folder.path(), program, true);
    growth.grow(1 + random() % (2 * step));
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    growth.grow(1 + random() % step);
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));
    reader.end(SIGKILL);
  }
  FolderReader reader(folder.path(), program, true);
  const auto until = std::chrono::steady_clock::now() + kPatience;
  std::error_code none;
  while (std::chrono::steady_clock::now() < until) {
    const auto size = fs::file_size(alerts, none);
    if (!none && size >= expected) break;
    std::this_thread::sleep_for(kLook);
  }
  if (reader.end(SIGTERM) != kExitDone) return "(a reader failed)";
  // It may have been told to end before it had found anew what it took back.
  if (FolderReader(folder.path(), program, false).end(0) != kExitDone) return "(a reader failed)";
  return readFile(alerts);
}

// What is not whole has no end that streaming could wait for.
void requireWhole(const std::string& path) {
  const auto reader = trace::openTrace(path);
  trace::Record record;
  while (reader->next(record)) {
  }
  const std::string name = trace::quoteForTerminal(path);
  if (reader->state().completeness != trace::Completeness::kComplete) {
    throw EnvironmentError(name +
                           " is not whole: " + trace::escapeForTerminal(reader->state().problem));
  }
  if (reader->end()->reason == trace::EndReason::kRotated) {
    throw EnvironmentError(name + " is a segment that others follow; name their folder");
  }
  if (fs::file_size(path) > kMostFile) throw EnvironmentError(name + " is larger than 1 GiB");
}

std::vector<std::string> filesOf(const std::string& path) {
  if (!analyzer::isFolder(path)) return {path};
  std::vector<std::string> files;
  for (const std::string& name : analyzer::tracesIn(path)) files.push_back(path + "/" + name);
  if (files.empty()) throw EnvironmentError(trace::quoteForTerminal(path) + " holds no traces");
  return files;
}

std::size_t linesOf(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

}  // namespace

int verifyStreamCommand(const VerifyStreamOptions& options, std::ostream& out,
                        std::ostream& errors) {
  const SharedProgram program = loadProgram(options.recipes, errors);
  if (program == nullptr) return kExitUsage;
  const std::vector<std::string> files = filesOf(options.trace);
  requireWhole(files.back());
  const bool single = files.size() == 1;
  std::string expected;
  if (single) {
    expected = alertsOf(*program, *trace::openTrace(files.front()));
  } else {
    const TemporaryDirectory folder;
    Growth growth(files, folder.path() + "/trail");
    growth.grow(growth.left());
    FolderReader(folder.path(), program, false).end(0);
    expected = readFile(folder.path() + "/alerts");
  }
  Random random(options.seed);
  const auto same = [&](unsigned round, const char* path, const std::string& got) {
    if (got == expected) return true;
    const auto differ = std::mismatch(got.begin(), got.end(), expected.begin(), expected.end());
    const auto at = static_cast<std::size_t>(differ.first - got.begin());
    errors << "exectrail-replay: round " << round << ", " << path << ": " << got.size()
           << " bytes of alerts instead of " << expected.size() << "; they differ from line "
           << linesOf(got.substr(0, at)) + 1
           << " on\n  again: exectrail replay verify-stream --seed " << options.seed << " --rounds "
           << round << " " << shellWord(options.trace) << "\n";
    return false;
  };
  for (unsigned round = 1; round <= options.rounds; ++round) {
    if (single) {
      const std::string bytes = readFile(files.front());
      if (!same(round, "a pipe", throughPipe(*program, bytes, random))) return kExitFound;
      if (!same(round, "other batches", inOtherBatches(*program, files.front(), random)))
        return kExitFound;
    }
    if (!same(round, "a folder read in parts", throughRestarts(program, files, random)))
      return kExitFound;
    if (!same(round, "a folder whose reader is killed",
              throughKills(program, files, expected.size(), random)))
      return kExitFound;
  }
  out << linesOf(expected) << " alerts, " << expected.size() << " bytes: the same in "
      << options.rounds << (options.rounds == 1 ? " round" : " rounds") << " through "
      << (single ? "a pipe, other batches, " : "")
      << "a folder read in parts, and one whose reader is killed (seed " << options.seed << ")\n";
  return kExitDone;
}

}  // namespace exectrail::replay
