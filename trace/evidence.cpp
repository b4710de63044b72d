#include "trace/evidence.h"

#include "trace/record.h"

namespace exectrail::trace {

std::string_view name(EvidenceClass evidenceClass) {
  switch (evidenceClass) {
    case EvidenceClass::kKernel:
      return "kernel";
    case EvidenceClass::kImage:
      return "image";
    case EvidenceClass::kEntry:
      return "entry";
    case EvidenceClass::kProcfs:
      return "procfs";
    case EvidenceClass::kInferred:
      return "inferred";
    case EvidenceClass::kExternal:
      return "external";
    case EvidenceClass::kUnknown:
      break;
  }
  return "unknown";
}

std::string_view name(Source source) {
  switch (source) {
    case Source::kTracefs:
      return "tracefs";
    case Source::kPerf:
      return "perf";
    case Source::kDynamic:
      return "dynamic";
    case Source::kProcfs:
      return "procfs";
    case Source::kConnector:
      return "connector";
    case Source::kImport:
      return "import";
    case Source::kUnknown:
      break;
  }
  return "unknown";
}

}  // namespace exectrail::trace
