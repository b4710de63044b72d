// `record start`: the same recording in a process that nobody waits for.
#pragma once

#include <functional>
#include <string>

namespace exectrail::recorder {

// What the process in the background tells the one that started it, as long as that waits.
class Announcer {
 public:
  explicit Announcer(int fd) : fd_(fd) {}

  // A line to be shown.
  void message(const std::string& line) { send('m', line); }

  // It works: the last line; nobody waits any longer. False if nobody has waited: whoever wanted
  // the recording is gone.
  bool ready(const std::string& line);

  bool isReady() const { return fd_ < 0; }

 private:
  bool send(char kind, const std::string& line);

  int fd_;
};

// Runs `body` in a process of its own: no terminal, no parent that waits, nothing open but
// /dev/null. Returns when it has announced that it is ready, with 0, or has ended before, with the
// status that `body` returned. Messages go to standard error, the last line to standard output.
int runInBackground(const std::function<int(Announcer&)>& body);

}  // namespace exectrail::recorder
