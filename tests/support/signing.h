// A key to sign traces with, made for one test.
#pragma once

#include "tests/support/temporary_folder.h"
#include "trace/container/keys.h"

namespace exectrail::test {

class TestKey {
 public:
  TestKey() : public_(trace::makeKeyFiles(folder_.path() + "/key")) {}

  const trace::SigningKey& signing() const { return signing_; }
  const trace::PublicKey& publicKey() const { return public_; }
  std::string secretPath() const { return folder_.path() + "/key"; }
  std::string publicPath() const { return secretPath() + ".pub"; }

 private:
  TemporaryFolder folder_;
  trace::PublicKey public_;
  trace::SigningKey signing_{folder_.path() + "/key"};
};

}  // namespace exectrail::test
