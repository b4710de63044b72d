// Images and contexts -> their Cap'n Proto form, as parts of a batch.
#pragma once

#include "trace/string_table.h"

namespace exectrail::trace {

template <typename Group>
void encodeBytes(Group out, const Field<Bytes>& field, StringTable& strings) {
  out.setValue(strings.index(field.value));
  out.setEvidence(classOf(field.evidence));
}

template <typename Group>
void encodeList(Group out, const Field<std::vector<Bytes>>& field, StringTable& strings) {
  if (!field.value.empty()) {
    auto list = out.initValue(static_cast<unsigned>(field.value.size()));
    for (unsigned i = 0; i < field.value.size(); ++i) list.set(i, strings.index(field.value[i]));
  }
  out.setEvidence(classOf(field.evidence));
}

template <typename Group>
void encodeIdentity(Group out, const Field<FileIdentity>& field) {
  out.setDeviceMajor(field.value.deviceMajor);
  out.setDeviceMinor(field.value.deviceMinor);
  out.setInode(field.value.inode);
  out.setGeneration(field.value.generation);
  out.setEvidence(classOf(field.evidence));
}

template <typename Group>
void encodeFile(Group out, const Field<FileFacts>& field) {
  const FileFacts& file = field.value;
  out.setDeviceMajor(file.deviceMajor);
  out.setDeviceMinor(file.deviceMinor);
  out.setInode(file.inode);
  out.setMode(file.mode);
  out.setUid(file.uid);
  out.setGid(file.gid);
  out.setSizeBytes(file.sizeBytes);
  out.setLinkCount(file.linkCount);
  out.setChangeTimeNs(file.changeTimeNs);
  out.setEvidence(classOf(field.evidence));
}

void encodeId(schema::ImageId::Builder out, const ImageId& id);

// `contextIndex` is where the batch has the image's context.
void encodeImage(schema::Image::Builder out, const Image& image, std::uint32_t contextIndex,
                 StringTable& strings);

void encodeContext(schema::Context::Builder out, const Context& context, StringTable& strings);

}  // namespace exectrail::trace
