#include "analyzer/engine/identity.h"

namespace exectrail::analyzer {

const std::string& EntityIds::of(const trace::Uuid& bootId, const trace::ImageId& image) {
  const std::uint64_t mixed = (image.tgid ^ image.startNs) + image.execNumber;
  Known& known = known_[((mixed * 0x9e3779b97f4a7c15U) >> 32) % kKnown];
  if (known.id.empty() || known.bootId != bootId || known.image != image) {
    known = {bootId, image, trace::entityId(bootId, image)};
  }
  return known.id;
}

std::string alertId(const trace::Uuid& bootId, const trace::ImageId& image,
                    std::uint32_t attemptNumber, std::string_view recipe, std::string_view version,
                    std::string_view further) {
  trace::IdentityLayout layout("exectrail alert 1");
  layout.image(bootId, image).number(attemptNumber).text(recipe).text(version);
  if (!further.empty()) layout.text(further);
  return layout.hash();
}

}  // namespace exectrail::analyzer
