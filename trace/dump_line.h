// One line of a text dump: time, record, image, then labelled facts with the class of their
// evidence.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <string_view>

#include "trace/record.h"

namespace exectrail::trace {

std::string imageName(const ImageId& id);  // "812.1": pid and exec number

class DumpLine {
 public:
  // `startNs` is the time that counts as zero.
  DumpLine(std::ostream& out, std::uint64_t startNs, const Record& record, std::string_view kind,
           const ImageId& image);
  ~DumpLine();
  DumpLine(const DumpLine&) = delete;
  DumpLine& operator=(const DumpLine&) = delete;

  DumpLine& text(std::string_view label, const std::string& value);

  // `value`, or "-" if it is not known, and its evidence.
  DumpLine& fact(std::string_view label, const Evidence& evidence, const std::string& value);
  DumpLine& bytes(std::string_view label, const Field<Bytes>& field);
  DumpLine& list(std::string_view label, const Field<std::vector<Bytes>>& field);
  DumpLine& identity(const Field<FileIdentity>& field);
  DumpLine& file(const Field<FileFacts>& field);
  DumpLine& sha256(const Field<Bytes>& field);
  DumpLine& image(const Image& image);

 private:
  void context(const Context& context);

  std::ostream& out_;
};

}  // namespace exectrail::trace
