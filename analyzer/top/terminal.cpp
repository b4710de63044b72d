#include "analyzer/top/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "trace/errors.h"

namespace exectrail::analyzer {
namespace {

// Another screen, no cursor, lines cut at the edge; and back again (xterm's ctlseqs).
constexpr std::string_view kTake = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
constexpr std::string_view kGive = "\x1b[0m\x1b[?7h\x1b[?25h\x1b[?1049l";

// For a signal handler, which gets nothing else: the terminal that is taken, and how it was.
int taken = -1;
termios before{};

void writeAll(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // it is gone, which poll() says
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

// Of a crash: calls only what signal-safety(7) allows.
void onCrash(int signal) {
  if (taken >= 0) {
    writeAll(taken, kGive);
    ::tcsetattr(taken, TCSANOW, &before);
  }
  ::raise(signal);  // its default action, as SA_RESETHAND has it
}

winsize sizeOf(int fd) {
  winsize size{};
  if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
    size.ws_row = 24;
    size.ws_col = 80;
  }
  return size;
}

// The bytes of the first `columns` characters.
std::string_view cut(std::string_view text, std::size_t columns) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if ((static_cast<unsigned char>(text[at]) & 0xc0U) == 0x80) continue;
    if (columns-- == 0) break;
  }
  return text.substr(0, at);
}

std::string_view sequenceOf(Tint tint) {
  constexpr std::string_view kSequences[] = {"",         "\x1b[7m",  "\x1b[2m",   "\x1b[33m",
                                             "\x1b[33m", "\x1b[31m", "\x1b[1;31m"};
  return kSequences[static_cast<std::size_t>(tint)];
}

}  // namespace

Terminal::Terminal(bool colour)
    : fd_(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)), colour_(colour) {
  if (!fd_.valid() || ::tcgetattr(fd_.get(), &before) != 0) {
    throw EnvironmentError(
        "top needs a terminal, and there is none; exectrail analyze writes to anything");
  }
  struct sigaction action {};
  action.sa_handler = onCrash;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    ::sigaction(signal, &action, nullptr);
  }
  take();
}

Terminal::~Terminal() { give(); }

void Terminal::take() {
  termios raw = before;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO);
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  ::tcsetattr(fd_.get(), TCSANOW, &raw);
  taken = fd_.get();
  writeAll(taken, kTake);
}

void Terminal::give() {
  writeAll(fd_.get(), kGive);
  ::tcsetattr(fd_.get(), TCSANOW, &before);
  taken = -1;
}

void Terminal::suspend() {
  give();
  ::kill(::getpid(), SIGSTOP);
  take();
}

std::size_t Terminal::rows() const { return sizeOf(fd_.get()).ws_row; }

std::string Terminal::read() const {
  char bytes[64];
  const ssize_t got = ::read(fd_.get(), bytes, sizeof bytes);
  return {bytes, got > 0 ? static_cast<std::size_t>(got) : 0};
}

void Terminal::paint(const std::vector<ScreenLine>& lines) const {
  const std::size_t columns = sizeOf(fd_.get()).ws_col;
  std::string text = "\x1b[H";
  std::size_t row = 0;
  for (const ScreenLine& line : lines) {
    // Reversed and faint text is no colour.
    const bool tinted = colour_ || line.tint == Tint::kHead || line.tint == Tint::kFaint;
    if (++row > 1) text += "\x1b[" + std::to_string(row) + ";1H";
    if (tinted) text += sequenceOf(line.tint);
    text += cut(line.text, columns);
    text += "\x1b[0m\x1b[K";
  }
  writeAll(fd_.get(), text += "\x1b[J");
}

}  // namespace exectrail::analyzer
