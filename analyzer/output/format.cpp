#include "analyzer/output/format.h"

#include "analyzer/output/falco.h"
#include "analyzer/output/github.h"
#include "analyzer/output/json.h"
#include "analyzer/output/kubearmor.h"
#include "analyzer/output/ocsf.h"
#include "analyzer/output/text.h"

namespace exectrail::analyzer {

std::string render(Format format, const Alert& alert, const Rendering& ofTrace) {
  const Rendering rendering{headerOf(alert, ofTrace.header), ofTrace.inputsSha256, ofTrace.context,
                            ofTrace.again, ofTrace.colour};
  switch (format) {
    case Format::kText:
      return toText(alert, rendering);
    case Format::kJson:
      return toJsonLine(alert, rendering.header, rendering.inputsSha256, rendering.context);
    case Format::kKubearmor:
      return toKubearmorLine(alert, rendering.header);
    case Format::kFalco:
      return toFalcoLine(alert, rendering.header);
    case Format::kOcsf:
      return toOcsfLine(alert, rendering);
    case Format::kGithub:
      return toGithubLine(alert, rendering.header);
  }
  return {};
}

}  // namespace exectrail::analyzer
