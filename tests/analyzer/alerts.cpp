#include "tests/analyzer/alerts.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "tests/support/traces.h"

namespace exectrail::test {

void expectGolden(const std::string& name, const std::string& got) {
  const std::string path = std::string(TEST_DATA) + "/alerts/" + name;
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << got;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream expected;
  expected << file.rdbuf();
  EXPECT_EQ(got, expected.str()) << path;
}

Records webShell(const OwnedRecord& last, const std::string& tmpOptions) {
  Records records;
  if (!tmpOptions.empty()) {
    records.push_back(mountTable(kHostMounts, {{"/", "rw,relatime"}, {"/tmp", tmpOptions}}));
  }
  records.push_back(snapshot("/usr/lib/systemd/systemd").pid(1, 0).top().user(0));
  records.push_back(snapshot("/usr/sbin/php-fpm8.2").pid(812, 0).by(image(1, 0)).user(33));
  records.push_back(forked(image(812, 0), 2291).at(100'000'000));
  records.push_back(exec("/usr/bin/dash")
                        .pid(2291)
                        .user(33)
                        .mountNamespace(kHostMounts)
                        .cwd("/var/www/html")
                        .at(101'000'000)
                        .args({"sh", "-c", "cd /tmp; ./x -o 203.0.113.5:443"}));
  records.push_back(forked(image(2291), 2292).at(122'000'000));
  records.push_back(last);
  return records;
}

RecordBuilder dropped() {
  return exec("/tmp/x")
      .pid(2292)
      .typed("./x")
      .cwd("/tmp")
      .user(33)
      .owner(33)
      .mountNamespace(kHostMounts)
      .at(123'000'000)
      .changedAt(1'772'600'765'323'000'000)
      .args({"./x", "-o", "203.0.113.5:443"});
}

std::string rendered(analyzer::Format format, const analyzer::Alert& alert) {
  static const trace::Header kHeader = header();
  static const std::string kInputs(64, '0');
  return render(format, alert, {kHeader, kInputs, {}, {}, false});
}

}  // namespace exectrail::test
