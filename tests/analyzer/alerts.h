// Alerts for tests of outputs, and the comparison with files of tests/data/alerts.
#pragma once

#include <string>

#include "analyzer/output/format.h"
#include "tests/analyzer/analysis.h"

namespace exectrail::test {

inline constexpr std::uint64_t kHostMounts = 4'026'531'841;  // inode number of a mount namespace

// Compares with tests/data/alerts/NAME. UPDATE_GOLDEN=1 writes that file anew: read the difference
// before you commit it.
void expectGolden(const std::string& name, const std::string& got);

// systemd(1) → php-fpm8.2(812) → sh(2291) → what is added. With a mount table, in which /tmp has
// these options, if they are not empty.
Records webShell(const OwnedRecord& last, const std::string& tmpOptions = "");

// /tmp/x of www-data's, as the child 2292 of that shell runs it.
RecordBuilder dropped();

// As one line or text, with inputs of zeros.
std::string rendered(analyzer::Format format, const analyzer::Alert& alert);

}  // namespace exectrail::test
