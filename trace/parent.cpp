#include "trace/parent.h"

#include <sys/stat.h>

#include "trace/batch.h"
#include "trace/container/verify.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/metadata_codec.h"

namespace exectrail::trace {

CheckedParent checkParent(const std::string& path) {
  const std::string name = quoteForTerminal(path);
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) {
    throw EnvironmentError(
        name +
        " is not a file: what traces are made from is read twice, first to check "
        "it; put the stream into a file");
  }
  CheckedParent checked;
  const Verification found =
      verify(openFile(path), name, {}, [&](ByteSpan content) -> std::optional<PublicKey> {
        try {
          const Header header = decodeHeader(content.data(), content.size());
          checked.parent.recordingId = header.recordingId;
          return header.signingKey;
        } catch (const BadMessage& e) {
          throw EnvironmentError(name + " cannot be read: its header is malformed: " + e.what());
        }
      });
  checked.parent.chainHead = found.head;
  checked.parent.whole = found.wholeness == Wholeness::kWhole;
  checked.batches = found.batches;
  checked.problem = found.problem;
  if (checked.problem.empty() && found.signing == Signing::kBroken) {
    checked.problem = "its signature is broken";
  } else if (checked.problem.empty() && found.signing == Signing::kWrongKey) {
    checked.problem = "it is signed by another key than its header names";
  } else if (checked.problem.empty() && found.signing == Signing::kMissing) {
    checked.problem = "its header names a key, and no seal is there";
  }
  return checked;
}

bool nextIntact(Reader& reader, const CheckedParent& parent, Record& record) {
  return reader.next(record) && reader.state().batches <= parent.batches;
}

}  // namespace exectrail::trace
