#include "trace/container/pack.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "trace/container/frame_writer.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"

namespace exectrail::trace {
namespace {

// Collects frames and writes them as packs.
class Packer {
 public:
  Packer(ByteSink& out, const PackSettings& settings)
      : out_(out), settings_(settings), compressor_(settings.level) {
    const Preamble preamble = encodePreamble();
    write(preamble);
  }

  // `chain` is the head after this frame.
  void add(const Frame& frame, const Digest256& chain) {
    const std::size_t size = kCoreSize + paddedSize(frame.content.size());
    // An index is found without opening packs.
    const bool alone = frame.core.is(FrameKind::kHeader) || frame.core.is(FrameKind::kIndex) ||
                       frame.core.is(FrameKind::kEnd) || ended_ || size > kMaxContentSize;
    const bool full = frame.core.fresh() && pack_.size() >= settings_.packSize;
    if (alone || full || pack_.size() + size > kMaxContentSize) flush();
    ended_ = ended_ || frame.core.is(FrameKind::kEnd);
    if (alone) {
      store(frame.core, frame.content, chain);
      return;
    }
    if (pack_.empty()) {
      packCore_ = {static_cast<std::uint8_t>(FrameKind::kPack), frame.core.flags, 0,
                   frame.core.sequence};
    }
    const CoreBytes core = encodeCore(frame.core);
    pack_.insert(pack_.end(), core.begin(), core.end());
    pack_.insert(pack_.end(), frame.content.begin(), frame.content.end());
    pack_.resize(paddedSize(pack_.size()));
    packChain_ = chain;
  }

  void flush() {
    if (pack_.empty()) return;
    packCore_.contentSize = static_cast<std::uint32_t>(pack_.size());
    store(packCore_, pack_, packChain_);
    pack_.clear();
  }

  std::uint64_t bytesWritten() const { return bytesWritten_; }

 private:
  void store(const FrameCore& core, ByteSpan content, const Digest256& chain) {
    FrameHead head{core, static_cast<std::uint8_t>(Codec::kZstd), 0, 0, chain};
    // Of a large trace, reading takes the time; of a small one, the little there is to repeat
    // counts.
    const bool full = content.size() >= settings_.packSize;
    compressor_.compress(content, full ? Effort::kQuickToRead : Effort::kSmall, compressed_);
    ByteSpan stored = compressed_;
    // The header and the end stay readable with nothing but Cap'n Proto.
    const bool large = core.is(FrameKind::kPack) || core.is(FrameKind::kIndex);
    if (!large || stored.size() >= content.size()) {
      head.codec = static_cast<std::uint8_t>(Codec::kNone);
      stored = content;
    }
    head.storedSize = static_cast<std::uint32_t>(stored.size());
    head.storedDigest = digest(stored);
    encodeFrame(head, stored, frame_);
    write(frame_);
  }

  void write(ByteSpan bytes) {
    out_.write(bytes.data(), bytes.size());
    bytesWritten_ += bytes.size();
  }

  ByteSink& out_;
  PackSettings settings_;
  Compressor compressor_;
  bool ended_ = false;
  FrameCore packCore_;
  Digest256 packChain_{};
  std::vector<std::byte> pack_;
  std::vector<std::byte> compressed_;
  std::vector<std::byte> frame_;
  std::uint64_t bytesWritten_ = 0;
};

// A file that goes away again unless it was put in its place.
class FileBeside {
 public:
  explicit FileBeside(const std::string& path) : path_(path + ".packing") {
    // What a crash left. A file that somebody else put there would stay in that somebody's hands.
    ::unlink(path_.c_str());
    fd_ = FileDescriptor(::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
    if (!fd_.valid()) throwErrno(errno, "cannot write " + quoteForTerminal(path_));
  }
  ~FileBeside() {
    if (fd_.valid()) ::unlink(path_.c_str());
  }
  FileBeside(const FileBeside&) = delete;
  FileBeside& operator=(const FileBeside&) = delete;

  int fd() const { return fd_.get(); }
  std::string name() const { return quoteForTerminal(path_); }

  void replace(const std::string& path) {
    if (::rename(path_.c_str(), path.c_str()) != 0) {
      throwErrno(errno, "cannot replace " + quoteForTerminal(path));
    }
    fd_.reset();
  }

 private:
  std::string path_;
  FileDescriptor fd_;
};

FileDescriptor duplicate(int fd) { return FileDescriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 0)); }

void syncFolderOf(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.valid() || (::fsync(fd.get()) != 0 && errno != EINVAL)) {
    throwErrno(errno, "cannot bring the folder of " + quoteForTerminal(path) + " to disk");
  }
}

// What is wrong with a trace that has been read until `last`; empty if it is whole.
std::string whyNotWhole(const FrameReader& frames, FrameStatus last) {
  if (last == FrameStatus::kTruncated || last == FrameStatus::kDamaged) return frames.problem();
  return frames.ended() ? "" : "it has no end: the recorder was killed or is still writing";
}

// True if `fd` holds a whole trace whose chain has this head.
bool holds(int fd, const PackReport& report) {
  FrameReader frames(mapFile(duplicate(fd), "the packed trace"), "the packed trace",
                     FrameReader::Checks::kDigestsAndChain);
  Frame frame;
  FrameStatus status = FrameStatus::kFrame;
  while ((status = frames.next(frame)) == FrameStatus::kFrame) {
  }
  return status == FrameStatus::kEnd && frames.sequence() == report.frames &&
         frames.head() == report.head;
}

PackReport pack(const std::string& path, const PackSettings& settings) {
  const std::string name = quoteForTerminal(path);
  PackReport report;
  FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot read " + name);
  if (S_ISDIR(status.st_mode)) throw EnvironmentError("it is a folder; name the traces in it");
  if (!S_ISREG(status.st_mode)) throw EnvironmentError("it is not a regular file");
  report.bytesBefore = static_cast<std::uint64_t>(status.st_size);
  FrameReader in(mapFile(std::move(fd), name), name, FrameReader::Checks::kDigestsAndChain);
  FileBeside beside(path);
  // In this order: who has given a file away may need one more right to change its mode.
  if (::fchmod(beside.fd(), status.st_mode & 07777) != 0 ||
      ::fchown(beside.fd(), status.st_uid, status.st_gid) != 0) {
    throwErrno(errno, "cannot make " + beside.name() + " like " + name);
  }
  {
    FdSink sink(beside.fd(), beside.name());
    const FrameStatus last = packFrames(in, sink, settings, report);
    report.kept = whyNotWhole(in, last);
    if (!report.kept.empty()) return report;
  }
  if (::fsync(beside.fd()) != 0) throwErrno(errno, "cannot bring " + beside.name() + " to disk");
  if (!holds(beside.fd(), report)) {
    report.kept = "what was written beside it is not what was to be written: is the disk failing?";
    return report;
  }
  beside.replace(path);
  syncFolderOf(path);
  return report;
}

}  // namespace

FrameStatus packFrames(FrameReader& in, ByteSink& out, const PackSettings& settings,
                       PackReport& report) {
  Packer packer(out, settings);
  Frame frame;
  FrameStatus status = FrameStatus::kFrame;
  while ((status = in.next(frame)) == FrameStatus::kFrame) packer.add(frame, in.head());
  packer.flush();
  report.bytesAfter = packer.bytesWritten();
  report.frames = in.sequence();
  report.head = in.head();
  return status;
}

PackReport packFile(const std::string& path, const PackSettings& settings) {
  try {
    return pack(path, settings);
  } catch (const EnvironmentError& e) {
    PackReport report;
    report.kept = e.what();
    return report;
  }
}

}  // namespace exectrail::trace
