#include "analyzer/engine/identity.h"

namespace exectrail::analyzer {

std::string alertId(const trace::Uuid& bootId, const trace::ImageId& image,
                    std::uint32_t attemptNumber, std::string_view recipe, std::string_view version,
                    std::string_view further) {
  trace::IdentityLayout layout("exectrail alert 1");
  layout.image(bootId, image).number(attemptNumber).text(recipe).text(version);
  if (!further.empty()) layout.text(further);
  return layout.hash();
}

}  // namespace exectrail::analyzer
