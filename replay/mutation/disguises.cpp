// Acts as a shell script: each in each disguise, between marks by which its recording is told
// apart.
#include <algorithm>

#include "replay/live/sandbox.h"
#include "replay/mutation/attacks.h"
#include "replay/support/shell_word.h"

namespace exectrail::replay {
namespace {

constexpr std::size_t kPadding = 400;  // arguments

// Copies, as acts may replace the programs of the system. `true` stands in for all of them.
constexpr const char* kPreamble = R"SH(umask 022
mkdir -p /opt/tools
for tool in cp ln mkdir chmod setpriv env sleep perl true dash rm; do
  cp -L /usr/bin/$tool /opt/tools/$tool
done
cp /opt/tools/true /opt/tools/mark
PATH=/opt/tools
export PATH
for each in /lib64/ld-linux*.so.* /lib/ld-linux*.so.*; do
  if [ -e "$each" ] && "$each" /opt/tools/true 2>/dev/null; then loader=$each && break; fi
done
export loader
place() {
  above=${1%/*}
  while [ -n "$above" ]; do
    [ -d "$above" ] || rm -f "$above"
    above=${above%/*}
  done
  mkdir -p "${1%/*}/"
  rm -rf "$1"
  cp /opt/tools/true "$1"
  chmod "$2" "$1"
}
)SH";

// memfd_create(2) and exec of what it holds; the numbers of the call by machine.
constexpr const char* kFromMemory = R"PERL(my ($path, @args) = @ARGV;
my $machine = (POSIX::uname())[4];
my $name = "x";
my $fd = syscall($machine eq "x86_64" ? 319 : 279, $name, 0);
die if $fd < 0;
open my $in, "<", $path or die;
open my $out, ">&=", $fd or die;
local $/;
my $all = <$in>;
print {$out} $all;
$out->flush;
exec {"/proc/self/fd/$fd"} $path, @args;
)PERL";

std::string words(const std::vector<std::string>& all) {
  std::string text;
  for (const std::string& each : all) text += " " + shellWord(each);
  return text;
}

std::string folderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string nameOf(const std::string& path) { return path.substr(path.rfind('/') + 1); }

class Script {
 public:
  explicit Script(Disguised& to) : to_(to) {}

  void act(const Act& act) {
    act_ = &act;
    const std::string& path = act.executable;
    const std::string folder = folderOf(path);
    const std::string mode = act.secure ? "4755" : "755";
    to_.script += "place " + shellWord(path) + " " + mode + "\n";
    const auto placed = [&](const std::string& disguise, const std::string& at) {
      to_.script += "place " + shellWord(at) + " " + mode + "\n";
      run(disguise, shellWord(at) + words(act.args));
      if (at != path) to_.script += "rm -f " + shellWord(at) + "\n";
    };
    const std::string plain = shellWord(path) + words(act.args);
    run(kAsItIs, plain);
    placed("renamed", folder + "/zq7x");
    placed("copied", folder + "/copied/" + nameOf(path));
    to_.script += "ln -f " + shellWord(path) + " " + shellWord(folder + "/hard") + "\n";
    run("hard link", shellWord(folder + "/hard") + words(act.args));
    to_.script += "rm -f " + shellWord(folder + "/hard") + "\nln -sf " + shellWord(path) +
                  " /opt/tools/innocent\n";
    run("symbolic link", "/opt/tools/innocent" + words(act.args));
    run("relative path", shellWord("./" + nameOf(path)) + words(act.args),
        folder.empty() ? "/" : folder);
    run("other argv[0]",
        "perl -e 'exec {shift} @ARGV' " + shellWord(path) + " innocent" + words(act.args));
    if (act.args.size() > 1) {
      const std::vector<std::string> turned(act.args.rbegin(), act.args.rend());
      run("arguments turned", shellWord(path) + words(turned));
    }
    run("arguments padded",
        plain + words(std::vector<std::string>(kPadding, "padding-of-some-length")));
    run("dynamic loader", "\"$loader\" " + plain);
    run("memory file", "perl -MPOSIX -MIO::Handle -e " + shellWord(kFromMemory) + " " + plain);
    run("double fork", plain, {}, true);
    for (const std::string& each : act.alike) placed("elsewhere in its class", each);
  }

 private:
  // `command` is in words of the shell. Below the act's parents, as its user.
  void run(const std::string& disguise, const std::string& command, const std::string& folder = {},
           bool detached = false) {
    const std::size_t number = 2 * to_.attempts.size();
    to_.attempts.push_back({disguise, act_->executable + words(act_->args)});
    std::string line = command;
    for (const auto& [name, value] : act_->environment) {
      line = shellWord(name + "=" + value) + " " + line;
    }
    if (!act_->environment.empty()) line = "env " + line;
    if (act_->uid != 0) {
      const std::string id = std::to_string(act_->uid);
      line = "setpriv --reuid=" + id + " --regid=" + id + " --clear-groups " + line;
    }
    // Its end closes the pipe: nobody else could wait for it.
    if (detached) line = "( ( " + line + " & ) ) | { read -r nothing || :; }";
    if (!folder.empty()) line = "cd " + shellWord(folder) + " && " + line;
    // A copy of the shell is what stands above; `:` keeps it from being replaced.
    for (const std::string& parent : act_->parents) {
      to_.script += "mkdir -p " + shellWord(folderOf(parent)) + "; rm -f " + shellWord(parent) +
                    "; cp /opt/tools/dash " + shellWord(parent) + "\n";
      line = shellWord(parent) + " -c " + shellWord(line + "; status=$?; exit $status");
    }
    to_.script += "m" + std::to_string(number) + "\n( " + line + " ) >/dev/null 2>&1 || m" +
                  std::to_string(number + 1) + "\n";
  }

  Disguised& to_;
  const Act* act_ = nullptr;
};

}  // namespace

Disguised disguised(const std::vector<Act>& acts) {
  Disguised all;
  Script script(all);
  for (const Act& each : acts) script.act(each);
  const std::string marks = "perl -e 'symlink \"mark\", \"/opt/tools/m$_\" for 0.." +
                            std::to_string(2 * all.attempts.size()) + "'\n";
  const std::string guard = "#!/bin/sh\n[ \"${EXECTRAIL_SANDBOX:-}\" = 1 ] || exit " +
                            std::to_string(kOutsideSandbox) + "\n";
  all.script =
      guard + kPreamble + marks + all.script + "m" + std::to_string(2 * all.attempts.size()) + "\n";
  return all;
}

}  // namespace exectrail::replay
