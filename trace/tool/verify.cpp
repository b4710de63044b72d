#include "trace/tool/verify.h"

#include <sys/stat.h>
#include <unistd.h>

#include <iostream>
#include <ostream>

#include "trace/batch.h"
#include "trace/container/frame_reader.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"
#include "trace/index_builder.h"
#include "trace/metadata_codec.h"
#include "trace/readable.h"
#include "trace/tool/open.h"

namespace exectrail::trace {
namespace {

std::string batches(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " batch" : " batches");
}

std::string upTo(std::uint64_t count) {
  return count == 0 ? "before the first batch" : "up to batch " + std::to_string(count);
}

std::string altered(const Verification& found) {
  if (found.damagedFrom == 0) return "altered behind batch " + std::to_string(found.batches);
  if (found.damagedTo <= found.damagedFrom) {
    return "altered in batch " + std::to_string(found.damagedFrom);
  }
  return "altered in one of the batches " + std::to_string(found.damagedFrom) + " to " +
         std::to_string(found.damagedTo);
}

std::string verdict(const Verification& found) {
  switch (found.wholeness) {
    case Wholeness::kWhole:
      return "intact";
    case Wholeness::kUnfinished:
      return "unfinished";
    case Wholeness::kTruncated:
      return "truncated";
    case Wholeness::kAltered:
      break;
  }
  return altered(found);
}

std::string signature(const Verification& found, const Expected& expected) {
  const std::string by = found.key ? " by key " + toHex(*found.key) : "";
  switch (found.signing) {
    case Signing::kUnsigned:
      return expected.key ? "none: the trace is not signed, and a key was given" : "none";
    case Signing::kMissing:
      return "missing: the header names key " + toHex(*found.key) + ", and no seal is there";
    case Signing::kSigned:
      return "good" + by + (expected.key ? "" : " (compare it, or give it with --key)");
    case Signing::kPartly:
      return "good" + by + ", " + upTo(found.sealedBatches) + "; what follows is not signed";
    case Signing::kWrongKey:
      return "wrong key: signed" + by +
             (expected.key ? ", not by the one given" : ", not by the one its header names");
    case Signing::kBroken:
      break;
  }
  return "broken: a seal behind batch " + std::to_string(found.batches) +
         " at the latest is not the signature of what stands before it; good " +
         upTo(found.sealedBatches);
}

std::string noted(const Verification& found) {
  switch (found.noted) {
    case NotedHead::kLast:
      return "it is the head of the whole trace";
    case NotedHead::kEarlier:
      return "it is the head after batch " + std::to_string(found.notedBatches) +
             "; it says nothing about what follows";
    case NotedHead::kAbsent:
      return "this trace never had it: it was altered, cut off before it, or is another one";
    case NotedHead::kNone:
      break;
  }
  return "";
}

// What the trace says it was made from. Its own chain proves that it says so, not that it is true:
// whoever has the parent can check that.
void printParents(const Header& header, std::ostream& out) {
  for (const Parent& parent : header.parents) {
    out << "parent      recording " << toString(parent.recordingId) << ", head "
        << toHex(parent.chainHead) << (parent.whole ? "" : ", not whole") << '\n';
  }
}

// What the index of a trace says that is not true; empty: nothing. Reads all batches. A signature
// covers the index as it covers everything: this is about a writer that lies, or is wrong.
std::string wrongIndex(const std::string& path, const std::string& name) {
  struct stat status {};
  if (path == "-" || ::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return "";  // nobody skips anything on a stream
  }
  FrameReader frames(openBytes(path), name, FrameReader::Checks::kDigests);
  const auto content = frames.find(FrameKind::kIndex);
  if (!content) return "";
  try {
    const Index index = decodeIndex(content->data(), content->size());
    RunScanner scanner;
    Frame frame;
    std::optional<RunFacts> run;
    while (frames.next(frame) == FrameStatus::kFrame) {
      if (!frame.core.is(FrameKind::kBatch)) continue;
      run = scanner.add(frame.content, frame.core.sequence, frame.core.fresh());
      if (const std::string wrong = run ? whyWrong(index, *run) : ""; !wrong.empty()) return wrong;
    }
    run = scanner.finish();
    return run ? whyWrong(index, *run) : "";
  } catch (const BadMessage& e) {
    return std::string("it is malformed: ") + e.what();
  }
}

}  // namespace

int printVerification(const VerifyOptions& options, std::ostream& out) {
  Expected expected;
  if (!options.head.empty()) {
    Digest256 head;
    if (!fromHex(options.head, head)) {
      std::cerr << "exectrail: --head takes 64 hexadecimal digits, as verify prints them; found "
                << quoteForTerminal(options.head) << '\n';
      return kExitUsage;
    }
    expected.head = head;
  }
  if (!options.keyPath.empty()) expected.key = readPublicKey(options.keyPath);
  const std::string name = options.path == "-" ? "standard input" : quoteForTerminal(options.path);
  Header header;
  const Verification found = verify(openBytes(options.path), name, expected, [&](ByteSpan content) {
    try {
      header = decodeHeader(content.data(), content.size());
    } catch (const BadMessage&) {  // reading the trace will say so
    }
    return header.signingKey;
  });
  out << "trace       " << verdict(found) << '\n';
  if (!found.problem.empty()) out << "because     " << escapeForTerminal(found.problem) << '\n';
  out << "intact      " << batches(found.batches) << ", " << found.offset << " bytes ("
      << readableSize(found.offset) << ")\n"
      << "signature   " << signature(found, expected) << '\n'
      << "head        " << toHex(found.head) << '\n';
  printParents(header, out);
  const std::string wrong =
      found.wholeness == Wholeness::kWhole ? wrongIndex(options.path, name) : "";
  if (!wrong.empty()) out << "index       wrong: " << escapeForTerminal(wrong) << '\n';
  if (expected.head) out << "noted head  " << noted(found) << '\n';
  return found.good(expected.key.has_value()) && wrong.empty() ? kExitDone : kExitFound;
}

}  // namespace exectrail::trace
