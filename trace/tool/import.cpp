#include "trace/tool/import.h"

#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iostream>
#include <vector>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/import/importer.h"
#include "trace/tool/output.h"

namespace exectrail::trace {
namespace {

using Sha256 = std::array<unsigned char, crypto_hash_sha256_BYTES>;

// Of a whole file, which is then at its beginning again.
Sha256 digestOf(int fd, const std::string& name) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  std::vector<unsigned char> buffer(std::size_t{256} << 10);
  for (;;) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throwErrno(errno, "cannot read " + name);
    if (got == 0) break;
    crypto_hash_sha256_update(&state, buffer.data(), static_cast<std::size_t>(got));
  }
  if (::lseek(fd, 0, SEEK_SET) != 0) throwErrno(errno, "cannot read " + name);
  Sha256 digest;
  crypto_hash_sha256_final(&state, digest.data());
  return digest;
}

FileDescriptor openLog(const std::string& path) {
  FileDescriptor fd(path == "-" ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const std::string name = path == "-" ? "standard input" : quoteForTerminal(path);
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot read " + name);
  if (S_ISDIR(status.st_mode)) throw EnvironmentError("cannot read " + name + ": a directory");
  return fd;
}

// A regular file's digest goes into the trace, and names it: the same log gives the same trace.
void identify(int fd, ImportSettings& settings) {
  struct stat status {};
  if (::fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && settings.name != "standard input") {
    const Sha256 digest = digestOf(fd, quoteForTerminal(settings.name));
    std::array<char, 2 * crypto_hash_sha256_BYTES + 1> text{};
    sodium_bin2hex(text.data(), text.size(), digest.data(), digest.size());
    settings.digest = text.data();
    std::copy_n(digest.begin(), settings.recordingId.size(), settings.recordingId.begin());
  } else {
    randombytes_buf(settings.recordingId.data(), settings.recordingId.size());
  }
}

std::string outputNamedAfter(const std::string& path) {
  if (path == "-") return "import.trail";
  const std::size_t slash = path.rfind('/');
  return path.substr(slash == std::string::npos ? 0 : slash + 1) + ".trail";
}

void warn(std::uint64_t count, const std::string& what) {
  if (count > 0) std::cerr << "exectrail: warning: " << count << ' ' << what << '\n';
}

}  // namespace

int runImport(const ImportOptions& options) {
  ImportSettings settings;
  const auto sensor = sensorNamed(options.from);
  if (!sensor) {
    std::cerr << "exectrail: trace: --from takes auditd, laurel or sysmon; found "
              << quoteForTerminal(options.from) << '\n';
    return kExitUsage;
  }
  if (sodium_init() < 0) throw EnvironmentError("libsodium cannot be used: no random numbers");
  settings.sensor = *sensor;
  settings.host = options.host;
  settings.name = options.path == "-" ? "standard input" : options.path;
  const FileDescriptor in = openLog(options.path);
  identify(in.get(), settings);

  const std::string out = options.out.empty() ? outputNamedAfter(options.path) : options.out;
  const std::string outName = out == "-" ? "standard output" : quoteForTerminal(out);
  NewTrace trace(out);
  LineReader lines(in.get(), quoteForTerminal(settings.name));
  ImportReport report;
  try {
    report = importLog(lines, trace.sink(), settings);
  } catch (const ReaderGone&) {
    return kExitDone;
  }
  trace.keep();
  const ImportCounts& counts = report.counts;
  warn(counts.unreadable, counts.unreadable == 1
                              ? "line could not be read; the trace has a gap at its place"
                              : "lines could not be read; the trace has gaps at their places");
  warn(counts.otherHosts, "events of other hosts than " + quoteForTerminal(counts.host) +
                              " were left out; import them with --host");
  for (const auto& [what, count] : counts.remarks) warn(count, "times: " + what);
  std::cerr << "exectrail: " << report.lines << " lines, " << report.end.execs << " execs, "
            << report.end.attempts << " failed, " << counts.other << " about something else\n";
  if (out != "-") std::cerr << "next: exectrail analyze " << outName << '\n';
  return counts.unreadable > 0 ? kExitEnvironment : kExitDone;
}

}  // namespace exectrail::trace
