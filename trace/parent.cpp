#include "trace/parent.h"

#include "trace/batch.h"
#include "trace/container/verify.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/metadata_codec.h"

namespace exectrail::trace {

Parent readParent(const std::string& path, std::string& problem) {
  Parent parent;
  const std::string name = quoteForTerminal(path);
  const Verification found =
      verify(openFile(path), name, {}, [&](ByteSpan content) -> std::optional<PublicKey> {
        try {
          const Header header = decodeHeader(content.data(), content.size());
          parent.recordingId = header.recordingId;
          return header.signingKey;
        } catch (const BadMessage& e) {
          throw EnvironmentError(name + " cannot be read: its header is malformed: " + e.what());
        }
      });
  parent.chainHead = found.head;
  parent.whole = found.wholeness == Wholeness::kWhole;
  problem = found.problem;
  if (problem.empty() && found.signing == Signing::kBroken) problem = "its signature is broken";
  return parent;
}

}  // namespace exectrail::trace
