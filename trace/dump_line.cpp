#include "trace/dump_line.h"

#include <algorithm>
#include <iomanip>

#include "trace/escape.h"

namespace exectrail::trace {
namespace {

std::string noteOn(const Evidence& evidence) {
  std::string out = "[" + std::string(name(evidence.evidenceClass));
  if (evidence.truncated()) out += ", of " + std::to_string(evidence.originalLength) + " bytes";
  if (evidence.errorNumber != 0) out += ", errno " + std::to_string(evidence.errorNumber);
  if (evidence.afterGap) out += ", after a gap";
  return out + "]";
}

std::string octal(std::uint32_t mode) {
  std::string out;
  for (int shift = 12; shift >= 0; shift -= 3) {
    out += static_cast<char>('0' + ((mode >> shift) & 7U));
  }
  return out;
}

std::string hex(std::uint64_t value) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (int shift = 60; shift >= 0; shift -= 4) {
    const auto digit = (value >> shift) & 0xfU;
    if (digit != 0 || !out.empty() || shift == 0) out += kDigits[digit];
  }
  return out;
}

std::string hex(Bytes bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  for (const char byte : bytes) {
    out += kDigits[(static_cast<unsigned char>(byte) >> 4) & 0xfU];
    out += kDigits[static_cast<unsigned char>(byte) & 0xfU];
  }
  return out;
}

std::string device(std::uint32_t major, std::uint32_t minor) {
  return std::to_string(major) + ":" + std::to_string(minor);
}

std::string describe(const Creator& creator) {
  if (creator.edge == CreatorEdge::kFork) return imageName(creator.id);
  return creator.edge == CreatorEdge::kTop ? "top" : "-";
}

std::string describe(const FileFacts& file) {
  return device(file.deviceMajor, file.deviceMinor) + ":" + std::to_string(file.inode) + " mode " +
         octal(file.mode) + " owner " + std::to_string(file.uid) + ":" + std::to_string(file.gid) +
         " size " + std::to_string(file.sizeBytes) + " links " + std::to_string(file.linkCount);
}

std::string describe(const Login& login) {
  const auto part = [](std::uint32_t value) {
    return value == kLoginNotSet ? std::string("unset") : std::to_string(value);
  };
  return part(login.uid) + " session " + part(login.sessionId);
}

std::string describe(const Privileges& value) {
  static constexpr std::string_view kSeccomp[] = {"none", "strict", "filter", "?"};
  return "effective " + hex(value.effective) + " permitted " + hex(value.permitted) +
         " inheritable " + hex(value.inheritable) + " bounding " + hex(value.bounding) +
         " ambient " + hex(value.ambient) + (value.noNewPrivileges ? " no-new-privileges" : "") +
         " seccomp " + std::string(kSeccomp[static_cast<std::size_t>(value.seccomp)]);
}

std::string describe(const Namespaces& value) {
  return "mnt " + std::to_string(value.mount) + " uts " + std::to_string(value.uts) + " ipc " +
         std::to_string(value.ipc) + " pid " + std::to_string(value.pid) + " user " +
         std::to_string(value.user) + " net " + std::to_string(value.net) + " cgroup " +
         std::to_string(value.cgroup);
}

}  // namespace

std::string imageName(const ImageId& id) {
  return std::to_string(id.tgid) + "." + std::to_string(id.execNumber);
}

DumpLine::DumpLine(std::ostream& out, std::uint64_t startNs, const Record& record,
                   std::string_view kind, const ImageId& image)
    : out_(out) {
  // Snapshots may be older than the clock reading of the header.
  const bool before = record.timeNs < startNs;
  const std::uint64_t sinceNs = before ? startNs - record.timeNs : record.timeNs - startNs;
  std::string time = before ? "-" : "";
  time += std::to_string(sinceNs / 1'000'000'000) + ".";
  const std::string fraction = std::to_string(sinceNs % 1'000'000'000);
  time += std::string(9 - fraction.size(), '0') + fraction;
  out_ << std::setw(14) << time << "  " << std::left << std::setw(8) << kind << "  "
       << std::setw(10) << (image == ImageId{} ? "" : imageName(image)) << std::right;
  if (record.origin != 0) text("host", std::to_string(record.origin));
}

DumpLine::~DumpLine() { out_ << '\n'; }

DumpLine& DumpLine::text(std::string_view label, const std::string& value) {
  out_ << "  " << label << ' ' << value;
  return *this;
}

DumpLine& DumpLine::fact(std::string_view label, const Evidence& evidence,
                         const std::string& value) {
  return text(label, (evidence.known() ? value : "-") + noteOn(evidence));
}

DumpLine& DumpLine::bytes(std::string_view label, const Field<Bytes>& field) {
  return fact(label, field.evidence, quoteForTerminal(field.value));
}

DumpLine& DumpLine::list(std::string_view label, const Field<std::vector<Bytes>>& field) {
  std::string shown;
  for (const Bytes value : field.value)
    shown += (shown.empty() ? "" : " ") + quoteForTerminal(value);
  return fact(label, field.evidence, "{" + shown + "}");
}

DumpLine& DumpLine::identity(const Field<FileIdentity>& field) {
  return fact("inode", field.evidence,
              device(field.value.deviceMajor, field.value.deviceMinor) + ":" +
                  std::to_string(field.value.inode) + " generation " +
                  std::to_string(field.value.generation));
}

DumpLine& DumpLine::file(const Field<FileFacts>& field) {
  return fact("file", field.evidence, describe(field.value));
}

DumpLine& DumpLine::sha256(const Field<Bytes>& field) {
  return fact("sha256", field.evidence, hex(field.value));
}

// Facts that older recordings cannot have, or that few images have, are shown where they are known.
DumpLine& DumpLine::image(const Image& image) {
  bytes("exe", image.executable);
  list("args", image.arguments);
  const std::size_t kept = image.arguments.value.size();
  if (const ArgumentShape& shape = image.argumentShape.value;
      image.argumentShape.known() && shape.count != kept) {
    const std::size_t head = std::min<std::size_t>(shape.tail, kept);  // the trace may say anything
    fact("argc", image.argumentShape.evidence,
         std::to_string(shape.count) + " kept " + std::to_string(head) + "+" +
             std::to_string(kept - head));
  }
  bytes("cwd", image.workingDirectory);
  bytes("comm", image.comm);
  text("creator", describe(image.creator.value) + noteOn(image.creator.evidence));
  fact("ppid", image.parentPid.evidence, std::to_string(image.parentPid.value));
  identity(image.identity);
  file(image.file);
  if (image.sha256.known()) sha256(image.sha256);
  if (image.secure.known()) {
    fact("secure", image.secure.evidence, image.secure.value ? "yes" : "no");
  }
  context(*image.context);
  return *this;
}

void DumpLine::context(const Context& context) {
  const Credentials& who = context.credentials.value;
  fact("uid", context.credentials.evidence,
       std::to_string(who.realUid) + "/" + std::to_string(who.effectiveUid) + " gid " +
           std::to_string(who.realGid) + "/" + std::to_string(who.effectiveGid));
  fact("login", context.login.evidence, describe(context.login.value));
  fact("sid", context.session.evidence,
       std::to_string(context.session.value.leaderPid) + " tty " +
           std::to_string(context.session.value.terminal));
  if (context.privileges.known()) {
    fact("caps", context.privileges.evidence, describe(context.privileges.value));
  }
  if (context.namespaces.known()) {
    fact("ns", context.namespaces.evidence, describe(context.namespaces.value));
  }
  if (context.cgroup.known()) bytes("cgroup", context.cgroup);
  if (context.containerId.known() && !context.containerId.value.empty()) {
    bytes("container", context.containerId);
  }
  if (context.environment.known()) list("env", context.environment);
}

}  // namespace exectrail::trace
