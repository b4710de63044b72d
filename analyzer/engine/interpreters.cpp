#include "analyzer/engine/interpreters.h"

#include <algorithm>
#include <array>

namespace exectrail::analyzer {
namespace {

constexpr std::array kInterpreters = {
    Interpreter{.names = "sh dash bash rbash ash hush posh yash busybox",
                .loads = "--rcfile --init-file -rcfile -init-file",
                .text = "-c -s",
                .next = "-o -O",
                .check = "-n",
                .uncheck = "-i -o",
                .plus = true,
                .dashEnds = true},
    Interpreter{.names = "zsh ksh lksh mksh pdksh oksh",
                .value = "-o -R -T",
                .text = "-c -s",
                .check = "-n",
                .uncheck = "-i -o",
                .plus = true,
                .dashEnds = true},
    Interpreter{.names = "csh tcsh bsd-csh", .text = "-c -s -t", .dashEnds = true},
    Interpreter{.names = "fish",
                .value = "-C --init-command -d --debug -o --debug-output -p --profile "
                         "--profile-startup -f --features",
                .code = "-c --command",
                .check = "-n --no-execute"},
    Interpreter{.names = "python pypy",
                .value = "-W -X --check-hash-based-pycs",
                .ends = "-c -m",
                .launchers = "cProfile profile pdb trace doctest"},
    Interpreter{.names = "perl",
                .value = "-I",
                .code = "-e -E",
                .rest = "-M -m -i -D -x -C -F -V",
                .number = "-0 -l"},
    Interpreter{.names = "ruby",
                .value = "-I -E --encoding --external-encoding --internal-encoding "
                         "--backtrace-limit --parser --enable --disable --dump",
                .code = "-e",
                .modules = "-r",
                .chdir = "-C -X",
                .rest = "-T -K -W -i -x -F",
                .number = "-0",
                .check = "-c"},
    Interpreter{.names = "node nodejs",
                .value = "-C --conditions --title --input-type --stack-trace-limit --env-file "
                         "--env-file-if-exists --experimental-default-type --icu-data-dir "
                         "--max-http-header-size --dns-result-order --openssl-config "
                         "--trace-event-categories --trace-event-file-pattern --diagnostic-dir "
                         "--report-dir --report-directory --report-filename --report-signal "
                         "--redirect-warnings --disable-warning --unhandled-rejections "
                         "--test-name-pattern --test-reporter --test-reporter-destination "
                         "--test-concurrency --test-timeout --test-shard --inspect-port "
                         "--secure-heap --secure-heap-min --tls-cipher-list --tls-keylog "
                         "--heapsnapshot-signal --cpu-prof-dir --cpu-prof-name "
                         "--cpu-prof-interval --heap-prof-dir --heap-prof-name "
                         "--heap-prof-interval --watch-path --localstorage-file "
                         "--allow-fs-read --allow-fs-write --v8-pool-size",
                .code = "-e -p -pe --eval --print",
                .modules = "-r --require --import --loader --experimental-loader",
                .check = "-c --check",
                .subcommands = "inspect debug"},
    Interpreter{
        .names = "php php-cgi",
        .value = "-d -c -t -S --define --php-ini --docroot --server --rf --rc --re --rz --ri",
        .code = "-r -B -R -E --run --process-begin --process-code --process-end",
        .program = "-f -F --file --process-file",
        .loads = "-z --zend-extension",
        .check = "-l --syntax-check"},
    // What these execute first does not take the place of the script.
    Interpreter{.names = "lua luajit texlua", .value = "-e -l", .rest = "-O -j"},
    Interpreter{.names = "tclsh wish", .value = "-encoding", .wholeOnly = true},
    Interpreter{.names = "expect expectk", .value = "-c -D", .program = "-f -b"},
    Interpreter{.names = "awk gawk mawk nawk original-awk",
                .value = "-v -F -l -Z --assign --field-separator --load --locale",
                .code = "-e --source",
                .program = "-f --file -E --exec",
                .modules = "-i --include",
                .word = "-W",
                .rest = "-d -D -L -o -p",
                .noScript = true},
    Interpreter{.names = "sed",
                .value = "-l --line-length",
                .code = "-e --expression",
                .program = "-f --file",
                .rest = "-i",
                .noScript = true,
                .permutes = true},
    // Programs that run code by an option, and the names of data otherwise.
    Interpreter{.names = "java",
                .value = "--add-modules --limit-modules --add-reads --add-exports --add-opens "
                         "--source -d --describe-module --enable-native-access",
                .ends = "-m --module",
                .program = "-jar",
                .list = "-cp -classpath --class-path -p --module-path",
                .suffixes = ".java",
                .wholeOnly = true},
    Interpreter{.names = "gdb gdb-multiarch",
                .value = "-ex --ex -iex --iex -eval-command --eval-command -p -pid --pid -c -core "
                         "--core -d -directory --directory -s -symbols --symbols -e -exec --exec "
                         "-se -cd --cd -b -l -D -data-directory --data-directory -tty --tty",
                .ends = "-args --args",
                .modules = "-x -command --command -ix -init-command --init-command",
                .noScript = true,
                .permutes = true,
                .wholeOnly = true},
    Interpreter{.names = "vim vi view ex vimdiff rvim nvim vim.basic vim.tiny vim.nox vim.gtk3",
                .value = "-c --cmd -T -i -w -W -t -U",
                .modules = "-S -s -u",
                .noScript = true,
                .permutes = true},
    Interpreter{.names = "mono", .suffixes = ".exe .dll"},
    Interpreter{.names = "dotnet",
                .value = "--additionalprobingpath --additional-deps --runtimeconfig --depsfile "
                         "--fx-version --roll-forward",
                .subcommands = "exec",
                .suffixes = ".dll .exe",
                .wholeOnly = true},
    Interpreter{.names = "deno bun",
                .value = "-c --config --import-map --cwd",
                .code = "-e --eval",
                .modules = "-r --preload --require",
                .subcommands = "run",
                .suffixes = ".js .mjs .cjs .ts .mts .cts .jsx .tsx"},
    Interpreter{
        .names = "guile", .value = "-L -C -x -e", .code = "-c", .program = "-s", .loads = "-l"},
    Interpreter{.names = "julia",
                .value = "-C -J -t -p --project --sysimage --threads --procs",
                .code = "-e -E -m --eval --print --module",
                .loads = "-L --load"},
};

constexpr Interpreter kLaunched{
    .value =
        "-o -s -c -f -C --outfile --sort --command --file --coverdir --ignore-module --ignore-dir",
    .ends = "-m"};

bool anyOf(Words words, const auto& test) {
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (end > 0 && test(words.substr(0, end))) return true;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return false;
}

// 3.11, 5.36-x86_64-linux-gnu, 3.13t, -dbg, -static. Not python3-config.
bool isVersion(std::string_view text) {
  for (const std::string_view tail : {"-static", "-dbg"}) {
    if (text.ends_with(tail)) text.remove_suffix(tail.size());
  }
  const std::size_t machine = text.find("-linux-");
  if (machine != std::string_view::npos) {
    const std::size_t dash = text.substr(0, machine).rfind('-');
    if (dash == std::string_view::npos) return false;
    text = text.substr(0, dash);
  }
  if (text.size() > 1 && (text.back() == 'd' || text.back() == 't')) text.remove_suffix(1);
  return text.find_first_not_of("0123456789.-") == std::string_view::npos;
}

}  // namespace

const Interpreter* findInterpreter(std::string_view program) {
  for (const Interpreter& interpreter : kInterpreters) {
    const bool found = anyOf(interpreter.names, [&](std::string_view name) {
      return program.starts_with(name) && isVersion(program.substr(name.size()));
    });
    if (found) return &interpreter;
  }
  return nullptr;
}

const Interpreter& launched() { return kLaunched; }

bool hasWord(Words words, std::string_view word) {
  return anyOf(words, [&](std::string_view each) { return each == word; });
}

}  // namespace exectrail::analyzer
