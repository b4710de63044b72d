#include "analyzer/engine/identity.h"

namespace exectrail::analyzer {

std::string alertId(const trace::Uuid& bootId, const trace::ImageId& image,
                    std::uint32_t attemptNumber, std::string_view recipe,
                    std::string_view version) {
  return trace::IdentityLayout("exectrail alert 1")
      .image(bootId, image)
      .number(attemptNumber)
      .text(recipe)
      .text(version)
      .hash();
}

}  // namespace exectrail::analyzer
