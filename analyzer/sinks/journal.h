// Alerts as entries of systemd's journal, in its native protocol (systemd's
// JOURNAL_NATIVE_PROTOCOL): fields that journalctl can select by, and the whole alert as JSON in
// one of them.
#pragma once

#include <string>
#include <string_view>

#include "analyzer/engine/alert.h"

namespace exectrail::analyzer {

inline constexpr const char* kJournalSocket = "/run/systemd/journal/socket";

// An entry. `line`: the alert in JSON, without a newline. No secret is in it that is not in these.
std::string journalEntry(const Alert& alert, std::string_view line);

// The same of a heartbeat.
std::string journalHeartbeat(std::string_view line);

// Sends an entry to the journal's socket `fd`; one that is too large for a datagram goes as a
// sealed file in memory. Does not wait. 0, or errno.
int sendToJournal(int fd, std::string_view entry);

}  // namespace exectrail::analyzer
