// Sinks and figures: what a receiver gets, that nobody waits for one, that a drop is counted, and
// that secrets do not leave.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <map>
#include <memory>
#include <stdexcept>

#include "analyzer/compiler/program.h"
#include "analyzer/follow/metrics.h"
#include "analyzer/follow/metrics_socket.h"
#include "analyzer/sinks/journal.h"
#include "analyzer/sinks/redaction.h"
#include "analyzer/sinks/socket_sink.h"
#include "tests/support/temporary_folder.h"
#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::uint64_t kSecond = 1'000'000'000;

// Listens as a log daemon does.
class Receiver {
 public:
  Receiver(const std::string& path, int type) : type_(type) {
    fd_ = FileDescriptor(::socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    EXPECT_EQ(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    if (type == SOCK_STREAM) {
      EXPECT_EQ(::listen(fd_.get(), 1), 0);
    }
  }
  // What has arrived; of a datagram socket, one of them.
  std::string take() {
    if (type_ == SOCK_STREAM && !accepted_.valid()) {
      accepted_ = FileDescriptor(::accept4(fd_.get(), nullptr, nullptr, SOCK_NONBLOCK));
    }
    std::string text(1 << 20, '\0');
    const ssize_t got =
        ::recv(type_ == SOCK_STREAM ? accepted_.get() : fd_.get(), text.data(), text.size(), 0);
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return text;
  }
  // A file that was passed instead of bytes.
  FileDescriptor takeFile() const {
    alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
    msghdr message{};
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    if (::recvmsg(fd_.get(), &message, 0) < 0) return {};
    const cmsghdr* const head = CMSG_FIRSTHDR(&message);
    if (head == nullptr || head->cmsg_type != SCM_RIGHTS) return {};
    int passed = -1;
    std::memcpy(&passed, CMSG_DATA(head), sizeof passed);
    return FileDescriptor(passed);
  }

 private:
  int type_;
  FileDescriptor fd_;
  FileDescriptor accepted_;
};

constexpr std::int64_t kTime = 1'772'600'767'123'000'000;  // 2026-03-04T05:06:07.123000Z

TEST(Sink, SyslogGetsMessagesOfRfc5424AboveItsFloor) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/log";
  Receiver receiver(path, SOCK_DGRAM);
  SocketSink sink(parseSink("syslog:" + path + ",min=high"));
  sink.add(R"({"a":1})", Severity::kMedium, kTime, "web03");
  sink.add(R"({"a":2})", Severity::kHigh, kTime, "web03");
  sink.add(R"({"a":3})", Severity::kCritical, kTime, "a b\n");
  sink.pump(kSecond);
  EXPECT_EQ(receiver.take(),
            R"(<83>1 2026-03-04T05:06:07.123000Z web03 exectrail - alert - {"a":2})");
  EXPECT_EQ(receiver.take(), R"(<82>1 2026-03-04T05:06:07.123000Z ab exectrail - alert - {"a":3})");
  EXPECT_EQ(receiver.take(), "");
  EXPECT_EQ(sink.state().sent, 2U);
  EXPECT_EQ(sink.state().waiting, 0U);
}

TEST(Sink, AReceiverThatComesLateGetsWhatWaitedForIt) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/siem";
  SocketSink sink(parseSink("unix:" + path));
  sink.add("one", Severity::kInfo, kTime, "h");
  sink.pump(1 * kSecond);
  EXPECT_EQ(sink.state().waiting, 1U);
  Receiver receiver(path, SOCK_STREAM);
  sink.add("two", Severity::kInfo, kTime, "h");
  sink.pump(1 * kSecond + 1);
  EXPECT_EQ(sink.state().waiting, 2U) << "it does not try all the time";
  sink.pump(3 * kSecond);
  EXPECT_EQ(receiver.take(), "one\ntwo\n");
  EXPECT_FALSE(sink.state().failing);
  EXPECT_EQ(sink.state().failures, 1U) << "that it is over does not undo it";
}

TEST(Sink, AFullQueueDropsAndCounts) {
  SocketSink sink(parseSink("unix:/nowhere/at/all"));
  for (int i = 0; i < 5000; ++i) sink.add("x", Severity::kInfo, kTime, "h");
  sink.pump(kSecond);
  EXPECT_EQ(sink.state().waiting, 4096U);
  EXPECT_EQ(sink.state().dropped, 904U);
  SocketSink large(parseSink("unix:/nowhere/at/all"));
  for (int i = 0; i < 20; ++i) large.add(std::string(1 << 20, 'x'), Severity::kInfo, kTime, "h");
  EXPECT_LT(large.state().waiting, 17U);
  EXPECT_EQ(large.state().waiting + large.state().dropped, 20U);
}

// A stream takes a part of a line; the rest of it follows, and nothing of another line.
TEST(Sink, AStreamThatTakesPartsGetsWholeLines) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/siem";
  Receiver receiver(path, SOCK_STREAM);
  SocketSink sink(parseSink("unix:" + path));
  std::string expected;
  for (int i = 0; i < 10; ++i) {
    const std::string line(200'000, static_cast<char>('a' + i));
    sink.add(line, Severity::kInfo, kTime, "h");
    expected += line + "\n";
  }
  std::string got;
  for (int i = 0; i < 1000 && got.size() < expected.size(); ++i) {
    sink.pump(kSecond);
    got += receiver.take();
  }
  EXPECT_TRUE(got == expected);
}

// The fields of an entry, as the journal reads them.
std::map<std::string, std::string> fieldsOf(const std::string& entry) {
  std::map<std::string, std::string> fields;
  for (std::size_t at = 0; at < entry.size();) {
    const std::size_t end = entry.find('\n', at);
    const std::size_t equals = entry.find('=', at);
    if (equals < end) {
      fields[entry.substr(at, equals - at)] = entry.substr(equals + 1, end - equals - 1);
      at = end + 1;
      continue;
    }
    std::uint64_t size = 0;
    std::memcpy(&size, entry.data() + end + 1, sizeof size);
    fields[entry.substr(at, end - at)] = entry.substr(end + 1 + sizeof size, size);
    at = end + 1 + sizeof size + size;
    EXPECT_EQ(entry.at(at++), '\n');
  }
  return fields;
}

Alert journalAlert() {
  Alert alert;
  auto recipe = std::make_shared<RecipeInfo>();
  recipe->name = "from_tmp";
  alert.recipe = recipe;
  alert.id = "3f9c";
  alert.severity = Severity::kHigh;
  alert.process.id.tgid = 71;
  alert.filePath = {"/tmp/a\nPRIORITY=7", trace::EvidenceClass::kKernel};
  return alert;
}

TEST(Journal, AnEntryHasFieldsThatNobodyCanForge) {
  const auto fields = fieldsOf(journalEntry(journalAlert(), R"({"a":1})"));
  EXPECT_EQ(fields.at("PRIORITY"), "3");
  EXPECT_EQ(fields.at("EXECTRAIL_FILE"), "/tmp/a\nPRIORITY=7") << "as one value";
  EXPECT_EQ(fields.at("EXECTRAIL_RECIPE"), "from_tmp");
  EXPECT_EQ(fields.at("EXECTRAIL_PID"), "71");
  EXPECT_EQ(fields.at("EXECTRAIL_ALERT"), R"({"a":1})");
  EXPECT_EQ(fields.at("SYSLOG_IDENTIFIER"), "exectrail");
  EXPECT_EQ(fields.count("EXECTRAIL_EXECUTABLE"), 0U) << "it is not known";
  EXPECT_THAT(fields.at("MESSAGE"), HasSubstr("high from_tmp: /tmp/a"));
  EXPECT_EQ(fields.at("MESSAGE").find('\n'), std::string::npos);
}

TEST(Journal, WhatIsTooLargeForADatagramGoesAsASealedFile) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/journal";
  Receiver receiver(path, SOCK_DGRAM);
  SocketSink sink(parseSink("journal:" + path));
  const std::string large = journalEntry(journalAlert(), std::string(4 << 20, 'x'));
  sink.add("EXECTRAIL_ALERT=small\n", Severity::kHigh, kTime, "h");
  sink.add(large, Severity::kHigh, kTime, "h");
  sink.pump(kSecond);
  EXPECT_EQ(sink.state().sent, 2U);
  EXPECT_EQ(sink.state().dropped, 0U);
  EXPECT_EQ(receiver.take(), "EXECTRAIL_ALERT=small\n");
  const FileDescriptor file = receiver.takeFile();
  ASSERT_TRUE(file.valid());
  std::string text(large.size() + 1, '\0');
  const ssize_t got = ::pread(file.get(), text.data(), text.size(), 0);
  EXPECT_EQ(got, static_cast<ssize_t>(large.size()));
  text.resize(large.size());
  EXPECT_TRUE(text == large);
  EXPECT_LT(::write(file.get(), "x", 1), 0) << "nobody can change it";
}

TEST(Sink, WhatIsNoSinkIsRefused) {
  for (const char* bad : {"", "syslog", "mail:x", "unix:", "unix:a,min=loud", "unix:a,b",
                          "syslog:/dev/log,redact=maybe"}) {
    EXPECT_THROW(parseSink(bad), std::invalid_argument) << bad;
  }
  EXPECT_THROW(parseSink("unix:" + std::string(200, 'x')), std::invalid_argument);
  EXPECT_FALSE(parseSink("unix:a,redact=no").redact);
  EXPECT_EQ(parseSink("journal:,min=high").path, kJournalSocket);
}

TEST(Redaction, SecretsGoAndTheRestStays) {
  const std::vector<std::pair<std::vector<std::string>, std::vector<std::string>>> cases = {
      {{"x", "--password=hunter2", "-v"}, {"x", "--password=[redacted]", "-v"}},
      {{"x", "--db-Password", "hunter2", "y"}, {"x", "--db-Password", "[redacted]", "y"}},
      {{"env", "DB_PASSWD=a b", "API_KEY=k", "sh"},
       {"env", "DB_PASSWD=[redacted] b", "API_KEY=[redacted]", "sh"}},
      {{"curl", "-H", "Authorization: Bearer abc.def", "https://u:p4ss@h/x?token=t&a=b"},
       {"curl", "-H", "Authorization: Bearer [redacted]",
        "https://u:[redacted]@h/x?token=[redacted]&a=b"}},
      {{"aws", "AKIAIOSFODNN7EXAMPLE"}, {"aws", "[redacted]"}},
      {{"git", "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB"}, {"git", "[redacted]"}},
      {{"echo", "eyJhbGci.eyJzdWIi.c2ln"}, {"echo", "[redacted]"}},
      {{"curl", "-d", R"({"password": "x1"})"}, {"curl", "-d", R"({"password": "[redacted]"})"}},
      {{"/tmp/passwd-tool", "a=b", "http://h:80/", "\xff\xfe"},
       {"/tmp/passwd-tool", "a=b", "http://h:80/", "\xff\xfe"}},
      {{"--token"}, {"--token"}},
      {{}, {}}};
  for (const auto& [arguments, clean] : cases) EXPECT_EQ(Redaction().of(arguments), clean);
}

TEST(Redaction, BySitesOwnPatterns) {
  const Redaction site({"(?i)-p(\\S{6,})", "ACME-[0-9]+"});
  using Arguments = std::vector<std::string>;
  EXPECT_EQ(site.of(Arguments{"mysql", "-phunter2", "-P3306", "ACME-17,ACME-18", "--token=x"}),
            (Arguments{"mysql", "-p[redacted]", "-P3306", "[redacted],[redacted]",
                       "--token=[redacted]"}));
  EXPECT_FALSE(faultOfSecret("ACME-[0-9]+").has_value());
  for (const char* bad : {"", "(", "a*", "(?<=x)y", "x{1001}"}) {
    EXPECT_TRUE(faultOfSecret(bad).has_value()) << bad;
  }
  EXPECT_TRUE(faultOfSecret(std::string(1001, 'x')).has_value());
}

TEST(Redaction, OfEveryCommandLineOfAnAlert) {
  Alert alert;
  trace::Field<std::vector<std::string>> secret;
  secret.value = {"x", "--token=s3cret"};
  secret.evidence.evidenceClass = trace::EvidenceClass::kImage;
  alert.process.arguments = alert.parent.arguments = alert.previous.arguments = secret;
  alert.attemptArguments = secret;
  alert.reasons = {{"r", "+1", "args --token=s3cret", ""}};
  const Alert clean = Redaction().of(alert);
  for (const auto* field : {&clean.process.arguments, &clean.parent.arguments,
                            &clean.previous.arguments, &clean.attemptArguments}) {
    EXPECT_THAT(field->value, ElementsAre("x", "--token=[redacted]"));
  }
  EXPECT_EQ(clean.reasons[0].because, "args --token=[redacted]");
}

TEST(Metrics, AreTextThatPrometheusReads) {
  Summary summary;
  summary.execs = 7;
  summary.alertsBySeverity[3] = 2;
  summary.recipes["a\"b"].alerts = 2;
  Figures figures;
  figures.summary = &summary;
  figures.operations["gap"] = 3;
  figures.lagSeconds = 0.5;
  SinkState webhook;
  webhook.sent = 5;
  webhook.dropped = 4;
  webhook.waiting = 3;
  webhook.dead = 2;
  webhook.spooledBytes = 100;
  webhook.failing = true;
  webhook.failures = 6;
  figures.sinks = {{"syslog", "/dev/log", {}}, {"webhook", "siem.example", webhook}};
  const std::string text = toPrometheus(figures);
  EXPECT_THAT(text, HasSubstr("\n# TYPE exectrail_execs_total counter\nexectrail_execs_total 7\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_alerts_total{severity=\"high\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_recipe_alerts_total{recipe=\"a\\\"b\"} 2\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_operational_alerts_total{action=\"gap\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_lag_seconds 0.5\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_sink_sent_total{sink=\"1:syslog:/dev/log\"} 0\n"));
  const std::string sink = "{sink=\"2:webhook:siem.example\"} ";
  EXPECT_THAT(text, HasSubstr("exectrail_sink_sent_total" + sink + "5\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_sink_dropped_total" + sink + "4\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_sink_waiting" + sink + "3\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_sink_dead_letters_total" + sink + "2\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_sink_spooled_bytes" + sink + "100\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_sink_failures_total" + sink + "6\n"));
  EXPECT_THAT(text, HasSubstr("exectrail_sink_failing" + sink + "1\n"));
}

TEST(Metrics, ASocketOfOneThatIsGoneIsReplacedAndAnotherFileIsNot) {
  TemporaryFolder folder;
  const std::string path = folder.path() + "/m";
  {
    Receiver gone(path, SOCK_STREAM);  // its socket stays behind
  }
  {
    const MetricsSocket socket(path);
    EXPECT_THROW(MetricsSocket{path}, EnvironmentError) << "somebody listens";
  }
  EXPECT_THROW(readMetrics(path), EnvironmentError);
  EXPECT_THROW(MetricsSocket{folder.path()}, EnvironmentError);
}

}  // namespace
}  // namespace exectrail::analyzer
