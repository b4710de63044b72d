// Key files and seals.
#include "trace/container/keys.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>

#include "tests/support/temporary_folder.h"
#include "trace/container/chain.h"
#include "trace/errors.h"

namespace exectrail::test {
namespace {

std::string refusal(const std::function<void()>& act) {
  try {
    act();
  } catch (const EnvironmentError& e) {
    return e.what();
  }
  return "nothing was refused";
}

class Keys : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.path() + "/" + name; }
  void write(const std::string& name, const std::string& text, int mode = 0600) {
    std::ofstream(path(name)) << text;
    ::chmod(path(name).c_str(), static_cast<mode_t>(mode));
  }

  TemporaryFolder folder_;
};

TEST_F(Keys, AMadePairBelongsTogether) {
  const trace::PublicKey made = trace::makeKeyFiles(path("host"));
  EXPECT_EQ(trace::readPublicKey(path("host.pub")), made);
  EXPECT_EQ(trace::SigningKey(path("host")).publicKey(), made);
  struct stat status {};
  ASSERT_EQ(::stat(path("host").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
}

TEST_F(Keys, NothingIsOverwritten) {
  trace::makeKeyFiles(path("host"));
  EXPECT_EQ(refusal([&] { trace::makeKeyFiles(path("host")); }),
            path("host.pub") + " exists; name another file");
  write("other", "precious");
  EXPECT_EQ(refusal([&] { trace::makeKeyFiles(path("other")); }),
            path("other") + " exists; name another file");
  EXPECT_FALSE(std::filesystem::exists(path("other.pub"))) << "half a pair was left";
}

TEST_F(Keys, ASecretThatOthersMayRead) {
  trace::makeKeyFiles(path("host"));
  ::chmod(path("host").c_str(), 0640);
  EXPECT_EQ(refusal([&] { trace::SigningKey key(path("host")); }),
            "the secret key " + path("host") + " may be read by others; chmod 600 " + path("host"));
}

TEST_F(Keys, WhatIsNoKey) {
  trace::makeKeyFiles(path("host"));
  const std::string hint = " key; make a pair with: exectrail trace keygen -o KEY";
  EXPECT_EQ(refusal([&] { trace::SigningKey key(path("host.pub")); }),
            path("host.pub") +
                " is the public half of a key; what signs is the secret one, the "
                "file without .pub");
  EXPECT_EQ(refusal([&] { trace::readPublicKey(path("host")); }),
            path("host") +
                " is the secret half of a key; what checks is the public one, the file "
                "with .pub");
  write("text", "hello");
  EXPECT_EQ(refusal([&] { trace::SigningKey key(path("text")); }),
            path("text") + " is not a secret" + hint);
  const std::string digits(62, '0');
  for (const std::string& text :
       {std::string(), std::string("exectrail-public-key-1 "), "exectrail-public-key-1 " + digits,
        "exectrail-public-key-1 " + digits + "0g", "exectrail-public-key-1 " + digits + "000",
        "exectrail-public-key-2 " + digits + "00", std::string(10'000, 'x')}) {
    write("wrong", text);
    EXPECT_EQ(refusal([&] { trace::readPublicKey(path("wrong")); }),
              path("wrong") + " is not a public" + hint)
        << text;
  }
  EXPECT_NE(refusal([&] { trace::readPublicKey(path("none")); }).find("No such file"),
            std::string::npos);
}

TEST_F(Keys, ASealHoldsForItsHeadAndNumberOnly) {
  trace::makeKeyFiles(path("host"));
  const trace::SigningKey key(path("host"));
  trace::Digest256 head{};
  head.fill(7);
  const auto content = key.seal(head, 12);
  const auto good = trace::checkSeal(content, head, 12);
  ASSERT_TRUE(good.has_value());
  EXPECT_TRUE(good->valid);
  EXPECT_EQ(good->publicKey, key.publicKey());
  EXPECT_FALSE(trace::checkSeal(content, head, 13)->valid);
  trace::Digest256 other = head;
  other[31] ^= 1;
  EXPECT_FALSE(trace::checkSeal(content, other, 12)->valid);
  for (std::size_t at = 0; at < content.size(); ++at) {
    auto flipped = content;
    flipped[at] ^= std::byte{0x10};
    EXPECT_FALSE(trace::checkSeal(flipped, head, 12)->valid) << "byte " << at;
  }
  EXPECT_FALSE(trace::checkSeal(std::span(content).first(95), head, 12).has_value());
}

}  // namespace
}  // namespace exectrail::test
