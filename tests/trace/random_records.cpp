#include "tests/trace/random_records.h"

#include <memory>
#include <random>
#include <string>

namespace exectrail::test {
namespace {

using trace::Evidence;
using trace::EvidenceClass;
using trace::Field;

class Generator {
 public:
  explicit Generator(std::uint32_t seed) : random_(seed) {}

  OwnedRecord next() {
    owned_ = OwnedRecord{
        {}, std::make_shared<std::deque<std::string>>(), std::make_shared<trace::Context>()};
    owned_.record.timeNs = random_() * std::uint64_t{random_()};
    owned_.record.cpu = static_cast<std::uint16_t>(random_());
    owned_.record.origin = static_cast<std::uint16_t>(random_());
    owned_.record.body = body();
    return owned_;
  }

 private:
  trace::RecordBody body() {
    switch (random_() % 11) {
      case 0:
        return trace::Snapshot{image()};
      case 1:
        return trace::Fork{id(), id(), bytes()};
      case 2:
        return trace::Exec{image(), field(bytes()), field(bytes()), number()};
      case 3:
        return attempt();
      case 4:
        return trace::Exit{id(), field(number())};
      case 5:
        return trace::Mapping{id(), field(bytes()), field(identity()),
                              static_cast<trace::MappingRole>(random_() % 3)};
      case 6:
        return trace::AttemptTally{id(),     static_cast<std::uint16_t>(random_()),
                                   number(), number(),
                                   number(), static_cast<trace::TallyReason>(random_() % 4)};
      case 7:
        return mountTable();
      case 8:
        return trace::Heartbeat{number(), number(), number(), bytes()};
      case 9:
        return trace::FileHash{id(), field(fileFacts()), field(bytes())};
      default:
        return trace::Gap{static_cast<trace::Source>(random_() % 6), number(), number(), number()};
    }
  }

  trace::MountTable mountTable() {
    trace::MountTable table;
    table.mountNamespace = number();
    table.complete = random_() % 2 == 0;
    table.evidence = Evidence{static_cast<EvidenceClass>(random_() % 7)};
    for (std::size_t i = random_() % 3; i > 0; --i) {
      table.mounts.push_back({number(), number(), number(), number(), bytes(), bytes(), bytes(),
                              bytes(), bytes(), bytes()});
      table.removedIds.push_back(number());
    }
    table.leftOut = number();
    return table;
  }

  trace::FileFacts fileFacts() {
    return {number(), number(), number(),
            number(), number(), number(),
            number(), number(), -std::int64_t{number()}};
  }

  trace::FileIdentity identity() { return {number(), number(), number(), number()}; }

  trace::Attempt attempt() {
    trace::Attempt attempt;
    attempt.caller = id();
    attempt.number = number();
    attempt.tid = number();
    attempt.errorNumber = static_cast<std::uint16_t>(random_() % 4096);
    attempt.systemCall =
        random_() % 2 == 0 ? trace::SystemCall::kExecve : trace::SystemCall::kExecveat;
    attempt.typedPath = field(bytes());
    attempt.arguments = field(arguments());
    attempt.workingDirectory = field(bytes());
    return attempt;
  }

  trace::Image image() {
    trace::Image image;
    image.id = id();
    image.startEvidence = evidence();
    image.creator = field(trace::Creator{id(), static_cast<trace::CreatorEdge>(random_() % 3)});
    image.executable = field(bytes());
    image.file = field(fileFacts());
    image.arguments = field(arguments());
    image.workingDirectory = field(bytes());
    image.comm = field(bytes());
    image.parentPid = field(number());
    image.identity = field(identity());
    image.sha256 = field(bytes());
    image.argumentShape = field(trace::ArgumentShape{number(), number()});
    image.secure = field(random_() % 2 == 0);
    if (random_() % 4 != 0) {
      *owned_.context = context();
      image.context = owned_.context.get();
    }
    return image;
  }

  trace::Context context() {
    trace::Context context;
    context.credentials = field(trace::Credentials{number(), number(), number(), number()});
    context.login = field(trace::Login{number(), number()});
    context.session = field(trace::Session{number(), number()});
    context.privileges = field(trace::Privileges{number(), number(), number(), number(), number(),
                                                 random_() % 2 == 0,
                                                 static_cast<trace::SeccompMode>(random_() % 4)});
    context.namespaces = field(
        trace::Namespaces{number(), number(), number(), number(), number(), number(), number()});
    context.cgroup = field(bytes());
    context.containerId = field(bytes());
    context.environment = field(arguments());
    return context;
  }

  template <typename T>
  Field<T> field(T value) {
    return Field<T>(std::move(value), evidence());
  }

  Evidence evidence() {
    Evidence evidence{static_cast<EvidenceClass>(random_() % 7)};
    if (random_() % 4 == 0) evidence.originalLength = number();
    if (random_() % 4 == 0) evidence.errorNumber = static_cast<std::uint16_t>(random_());
    evidence.afterGap = random_() % 8 == 0;
    return evidence;
  }

  trace::Arguments arguments() {
    trace::Arguments arguments(random_() % 5);
    for (trace::Bytes& argument : arguments) argument = bytes();
    return arguments;
  }

  trace::Bytes bytes() {
    static const std::string kHostile[] = {
        "",          "/tmp/x",  "\xff\xfe",    std::string("a\0b", 3),
        "new\nline", "\x1b[2J", "caf\xc3\xa9", std::string(4096, '/')};
    if (random_() % 3 != 0) return keep(kHostile[random_() % std::size(kHostile)]);
    std::string any(random_() % 64, '\0');
    for (char& c : any) c = static_cast<char>(random_());
    return keep(any);
  }

  trace::Bytes keep(const std::string& text) { return owned_.bytes->emplace_back(text); }

  trace::ImageId id() { return {number(), number(), number()}; }

  std::uint32_t number() {
    const std::uint32_t edges[] = {0, 1, 0x7fffffff, 0xffffffff};
    return random_() % 4 == 0 ? edges[random_() % 4] : static_cast<std::uint32_t>(random_());
  }

  std::mt19937 random_;
  OwnedRecord owned_;
};

}  // namespace

Records randomRecords(std::uint32_t seed, std::size_t count) {
  Generator generator(seed);
  Records records;
  for (std::size_t i = 0; i < count; ++i) records.push_back(generator.next());
  return records;
}

}  // namespace exectrail::test
