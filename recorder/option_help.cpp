#include "recorder/option_help.h"

namespace exectrail::recorder {

const char* const kRecordUsage =
    "Usage: exectrail record [OPTION...] [-- COMMAND [ARG...]]\n"
    "       exectrail record start [OPTION...]\n"
    "       exectrail record stop | dump [FILE|ID]\n"
    "       exectrail record --probe [--format json]\n";

const char* const kRecordDescription =
    "Records program executions into a trace. With a COMMAND, its process subtree until it ends; "
    "without, the whole host until Ctrl-C. `start` records the whole host in the background until "
    "`stop`.";

const char* const kRecordFooter =
    "Examples:\n"
    "  sudo exectrail record -o build.trail -- make\n"
    "  sudo exectrail record -o host7.trail --duration 10m\n"
    "  sudo exectrail record -o - | exectrail analyze -\n"
    "  sudo exectrail record -o trail/ --rotate 64M,1h --retain age=30d,free=5%   # for months\n"
    "  sudo exectrail record start -o job.trail    # one step of a pipeline\n"
    "  sudo exectrail record stop job.trail        # a later one\n"
    "  sudo exectrail record start --flight-recorder 5m -o incident.trail\n"
    "  sudo exectrail record dump                  # incident-TIME.trail: the last five minutes\n"
    "  sudo exectrail record --probe               # what this host can do\n\n"
    "A flight recorder writes its window at SIGUSR1 (`record dump`), and once more when it ends.\n"
    "Every such file is a complete trace. It keeps at most 64 MiB in memory: where more happens "
    "in\n"
    "TIME than fits, the window is shorter, which the file and a message say.\n\n"
    "Exit status: COMMAND's (128 + signal if one ended it), 127 if it was not found, 126 if it\n"
    "could not be run, 125 for failures of the recorder. Without COMMAND: 0 done, 2 usage,\n"
    "3 the environment refused (no permission, no tracefs, disk full).";

const char* const kStopDescription =
    "Ends a recording begun by `exectrail record start`, waits until its trace is complete and "
    "says "
    "what was recorded.";

const char* const kStopFooter =
    "Examples:\n"
    "  sudo exectrail record stop                # when there is one recording only\n"
    "  sudo exectrail record stop job.trail\n"
    "  sudo exectrail record stop 3f9c1a7e       # the id that start has shown\n\n"
    "Exit status: 0 the trace is complete, 2 usage, 3 there is no such recording, or it failed.";

const char* const kDumpDescription =
    "Has a flight recorder write what it holds, waits until that is done and says where it is. The "
    "recording goes on.";

const char* const kDumpFooter =
    "Examples:\n"
    "  sudo exectrail record dump                # when there is one flight recorder only\n"
    "  sudo exectrail record dump incident.trail\n\n"
    "Exit status: 0 the trace is written, 2 usage, 3 there is no such recording, or it failed.";

}  // namespace exectrail::recorder
