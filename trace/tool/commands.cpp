#include "trace/tool/commands.h"

#include <iostream>

#include "trace/container/keys.h"
#include "trace/container/pack.h"
#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/readable.h"
#include "trace/tool/info.h"
#include "trace/tool/open.h"

namespace exectrail::trace {
int runInfo(const std::string& path) {
  const auto reader = openArgument(path);
  printInfo(*reader, path, std::cout);
  return closing(*reader, path);
}

int runKeygen(const std::string& path) {
  const PublicKey key = makeKeyFiles(path);
  std::cout << "secret key  " << quoteForTerminal(path) << " (signs; keep it on the host)\n"
            << "public key  " << quoteForTerminal(path + ".pub")
            << " (checks; keep a copy elsewhere)\n"
            << "key         " << toHex(key) << '\n'
            << "next        exectrail record --sign " << quoteForTerminal(path) << '\n';
  return kExitDone;
}

int runPack(const std::vector<std::string>& paths) {
  int status = kExitDone;
  for (const std::string& path : paths) {
    const PackReport report = packFile(path);
    if (!report.kept.empty()) {
      std::cerr << "exectrail: " << quoteForTerminal(path)
                << " stays as it is: " << escapeForTerminal(report.kept) << '\n';
      status = kExitEnvironment;
      continue;
    }
    std::cout << quoteForTerminal(path) << ": " << readableSize(report.bytesBefore) << " to "
              << readableSize(report.bytesAfter) << ", head " << toHex(report.head) << '\n';
  }
  return status;
}

}  // namespace exectrail::trace
