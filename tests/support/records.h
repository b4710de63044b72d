// Builds records for tests, one readable line each:
//   exec("/tmp/x").pid(42).by(image(41)).args({"./x", "-v"})
// Everything has a sensible default; a test states only what it is about. The bytes a record points
// to live as long as any copy of it.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "trace/record.h"

namespace exectrail::test {

// A record together with the bytes it points to.
struct OwnedRecord {
  trace::Record record;
  std::shared_ptr<std::deque<std::string>> bytes;
  std::shared_ptr<trace::Context> context;  // of the image, if there is one
};

using Records = std::vector<OwnedRecord>;

// Image `number` of process `pid`, whose start time in these tests is 1000 * pid. A process that
// was forked and has called exec once runs image 1.
trace::ImageId image(std::uint32_t pid, std::uint32_t number = 1);

class RecordBuilder {
 public:
  explicit RecordBuilder(trace::RecordBody body);

  operator OwnedRecord() const { return owned_; }  // NOLINT: reads as what it is
  const trace::Record& record() const { return owned_.record; }

  // When it happened, nanoseconds; 0 by default.
  RecordBuilder& at(std::uint64_t timeNs);

  // ---- exec and snapshot

  RecordBuilder& pid(std::uint32_t pid, std::uint32_t number = 1);
  RecordBuilder& by(const trace::ImageId& creator);  // was created by a fork of this image
  RecordBuilder& top();                              // nothing stands above it
  RecordBuilder& executable(const std::string& path, trace::Evidence evidence);
  RecordBuilder& noExecutable();
  RecordBuilder& owner(std::uint32_t uid);  // of the file; root by default
  RecordBuilder& links(std::uint32_t count);
  RecordBuilder& changedAt(std::int64_t realtimeNs);
  RecordBuilder& noFile();
  RecordBuilder& user(std::uint32_t real, std::uint32_t effective);
  RecordBuilder& user(std::uint32_t uid) { return user(uid, uid); }
  RecordBuilder& noUser();
  RecordBuilder& comm(const std::string& name);
  RecordBuilder& login(std::uint32_t uid);  // not known by default

  RecordBuilder& session(std::uint32_t leaderPid, std::uint32_t terminal = 0);
  RecordBuilder& environment(const std::vector<std::string>& variables);
  // What is effective is permitted, too.
  RecordBuilder& capabilities(std::uint64_t effective, std::uint64_t permitted = 0);
  RecordBuilder& mountNamespace(std::uint64_t inode);
  RecordBuilder& container(const std::string& id);
  RecordBuilder& secure(bool atSecure);
  RecordBuilder& interpreter(const std::string& path);  // of an exec

  // ---- exec and attempt

  RecordBuilder& typed(const std::string& path);
  RecordBuilder& typed(const std::string& path, trace::Evidence evidence);
  RecordBuilder& noTyped();

  // ---- exec, snapshot and attempt

  RecordBuilder& args(const std::vector<std::string>& arguments,
                      trace::Evidence evidence = {trace::EvidenceClass::kImage});
  RecordBuilder& noArgs();
  RecordBuilder& cwd(const std::string& path);
  RecordBuilder& noCwd();

  // ---- attempt

  RecordBuilder& number(std::uint32_t attempt);

  // ---- mapping, mount table

  RecordBuilder& mappedPath(const std::string& path);
  RecordBuilder& mount(std::uint32_t id, const std::string& point, const std::string& options);

 private:
  trace::Bytes keep(const std::string& text);
  trace::Image& imageOf();
  trace::Context& contextOf();
  trace::Field<trace::Bytes>& typedField();
  trace::Field<trace::Arguments>& argumentsField();
  trace::Field<trace::Bytes>& cwdField();

  OwnedRecord owned_;
};

// A program that ran: path as the kernel resolved it and as typed, argv = {path}, cwd "/", user
// 1000, a file of root's, not set-user-id, top of its lineage, pid 1000.
RecordBuilder exec(const std::string& path);

// A process that was there already.
RecordBuilder snapshot(const std::string& path);

// A failed attempt of image `caller` to run `path`, as typed.
RecordBuilder attempt(const std::string& path, int errorNumber, const trace::ImageId& caller);

// Image `creator` made process `childPid`, whose image 0 is its copy.
RecordBuilder forked(const trace::ImageId& creator, std::uint32_t childPid);

RecordBuilder exited(const trace::ImageId& image);

// `image` mapped a file after its exec.
RecordBuilder mapped(const trace::ImageId& image, const std::string& path, trace::MappingRole role);

// Failed attempts that were only counted.
RecordBuilder tally(const trace::ImageId& caller, int errorNumber, std::uint64_t count);

// All mounts of a namespace, each {point, options}.
RecordBuilder mountTable(std::uint64_t mountNamespace,
                         const std::vector<std::pair<std::string, std::string>>& mounts);

RecordBuilder gap(std::uint64_t fromNs, std::uint64_t toNs, std::uint64_t lostEvents);

}  // namespace exectrail::test
