// Visits every byte string of a record: to copy them to memory of one's own, or to replace them.
#pragma once

#include "trace/record.h"

namespace exectrail::trace {

template <typename Visit>
void forEachBytes(Image& image, Visit visit) {
  visit(image.executable.value);
  for (Bytes& argument : image.arguments.value) visit(argument);
  visit(image.workingDirectory.value);
  visit(image.comm.value);
}

// `visit` takes a Bytes& and may change it.
template <typename Visit>
void forEachBytes(Record& record, Visit visit) {
  if (auto* snapshot = std::get_if<Snapshot>(&record.body)) {
    forEachBytes(snapshot->image, visit);
  } else if (auto* fork = std::get_if<Fork>(&record.body)) {
    visit(fork->childComm);
  } else if (auto* exec = std::get_if<Exec>(&record.body)) {
    forEachBytes(exec->image, visit);
    visit(exec->typedPath.value);
  } else if (auto* attempt = std::get_if<Attempt>(&record.body)) {
    visit(attempt->typedPath.value);
    for (Bytes& argument : attempt->arguments.value) visit(argument);
    visit(attempt->workingDirectory.value);
  }
}

}  // namespace exectrail::trace
