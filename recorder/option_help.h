// What `exectrail record --help` says around the list of options.
#pragma once

namespace exectrail::recorder {

extern const char* const kRecordUsage;
extern const char* const kRecordDescription;
extern const char* const kRecordFooter;
extern const char* const kStopDescription;
extern const char* const kStopFooter;
extern const char* const kDumpDescription;
extern const char* const kDumpFooter;

}  // namespace exectrail::recorder
