// Visits every byte string of a record: to copy them to memory of one's own, or to replace them.
// An image's context is not part of it: images share contexts, which are visited on their own.
#pragma once

#include "trace/record.h"

namespace exectrail::trace {

template <typename Visit>
void forEachBytes(Context& context, Visit visit) {
  visit(context.cgroup.value);
  visit(context.containerId.value);
  for (Bytes& variable : context.environment.value) visit(variable);
}

// All but those that describe the file it runs.
template <typename Visit>
void forEachBytesBesideFile(Image& image, Visit visit) {
  for (Bytes& argument : image.arguments.value) visit(argument);
  visit(image.workingDirectory.value);
  visit(image.comm.value);
}

template <typename Visit>
void forEachBytes(Image& image, Visit visit) {
  visit(image.executable.value);
  visit(image.sha256.value);
  forEachBytesBesideFile(image, visit);
}

template <typename Visit>
void forEachBytes(Mount& mount, Visit visit) {
  visit(mount.root);
  visit(mount.point);
  visit(mount.options);
  visit(mount.fileSystem);
  visit(mount.source);
  visit(mount.superOptions);
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
    visit(exec->interpreter.value);
  } else if (auto* attempt = std::get_if<Attempt>(&record.body)) {
    visit(attempt->typedPath.value);
    for (Bytes& argument : attempt->arguments.value) visit(argument);
    visit(attempt->workingDirectory.value);
  } else if (auto* mapping = std::get_if<Mapping>(&record.body)) {
    visit(mapping->path.value);
  } else if (auto* table = std::get_if<MountTable>(&record.body)) {
    for (Mount& mount : table->mounts) forEachBytes(mount, visit);
  } else if (auto* heartbeat = std::get_if<Heartbeat>(&record.body)) {
    visit(heartbeat->chainHead);
  } else if (auto* hash = std::get_if<FileHash>(&record.body)) {
    visit(hash->sha256.value);
  }
}

// The image whose context a record refers to, or null.
inline Image* imageOf(Record& record) {
  if (auto* snapshot = std::get_if<Snapshot>(&record.body)) return &snapshot->image;
  if (auto* exec = std::get_if<Exec>(&record.body)) return &exec->image;
  return nullptr;
}

}  // namespace exectrail::trace
