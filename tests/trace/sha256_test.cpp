// The processor's SHA-256 is SHA-256.
#include "trace/sha256.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "trace/container/chain.h"

namespace exectrail::trace {
namespace {

TEST(Sha256, OfTheStandard) {
  EXPECT_EQ(toHex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(toHex(sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(toHex(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, EverySizeAsPortableCode) {
  std::mt19937_64 random(256);
  std::string bytes;
  for (std::size_t size = 0; size < 600; ++size) {
    ASSERT_EQ(sha256(bytes), portableSha256(bytes)) << size;
    bytes += static_cast<char>(random());
  }
}

}  // namespace
}  // namespace exectrail::trace
