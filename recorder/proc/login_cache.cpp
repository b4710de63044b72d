#include "recorder/proc/login_cache.h"

#include <cerrno>
#include <limits>

namespace exectrail::recorder {
namespace {

using trace::EvidenceClass;
using trace::Field;

constexpr std::size_t kMostUsers = 4096;  // then all are forgotten

Field<std::uint32_t> readNumber(int directory, const char* file, FileBuffer& buffer) {
  const FileBuffer::Result text = buffer.readFileAt(directory, file);
  if (text.errorNumber != 0) {
    return Field<std::uint32_t>::unreadable(static_cast<std::uint16_t>(text.errorNumber));
  }
  const auto number = parseNumber(text.bytes);
  if (!number || *number > std::numeric_limits<std::uint32_t>::max()) {
    return Field<std::uint32_t>::unreadable(EBADMSG);
  }
  return {static_cast<std::uint32_t>(*number), EvidenceClass::kProcfs};
}

}  // namespace

Field<trace::Login> LoginCache::read(int directory, FileBuffer& buffer) {
  // Kernels without audit have no such files.
  const auto session = readNumber(directory, "sessionid", buffer);
  if (!session.known()) return Field<trace::Login>::unreadable(session.evidence.errorNumber);
  if (session.value == trace::kLoginNotSet) {
    return {{trace::kLoginNotSet, trace::kLoginNotSet}, EvidenceClass::kProcfs};
  }
  const auto known = users_.find(session.value);
  if (known != users_.end() && known->second.confirmed) {
    return {{known->second.uid, session.value}, EvidenceClass::kProcfs};
  }
  const auto uid = readNumber(directory, "loginuid", buffer);
  if (!uid.known()) return Field<trace::Login>::unreadable(uid.evidence.errorNumber);
  if (known == users_.end()) {
    if (users_.size() >= kMostUsers) users_.clear();
    users_[session.value] = {uid.value, false};
  } else {
    known->second.confirmed = known->second.uid == uid.value;
    known->second.uid = uid.value;
  }
  return {{uid.value, session.value}, EvidenceClass::kProcfs};
}

}  // namespace exectrail::recorder
