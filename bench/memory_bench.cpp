// How much memory the engine takes in the long run: so many processes live all the time, and beside
// them short-lived ones come and go, every argument vector another one. Prints the most memory that
// this process had (resident, with program and recipes), for an upper limit on the whole.
#include <sys/resource.h>

#include <charconv>
#include <cstdio>
#include <string_view>

#include "analyzer/compiler/recipe_files.h"
#include "analyzer/engine/engine.h"
#include "bench/synthetic.h"

namespace exectrail::bench {
namespace {

struct Counts {
  std::uint32_t live = 1'000'000;
  std::uint32_t execs = 100'000'000;  // the first of the live ones included
};

double peakMiB() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

int run(const Counts& counts) {
  analyzer::Diagnostics diagnostics;
  const auto program =
      analyzer::compile(analyzer::loadRecipes({analyzer::builtinRecipesFolder()}), diagnostics);
  if (!program) return 2;
  analyzer::Engine engine(*program, header(), [](const auto&) {});
  std::uint32_t ended = 0;
  forEachRecord({counts.execs, 100}, [&](const trace::Record& record) {
    const bool ends = std::holds_alternative<trace::Exit>(record.body);
    if (ends && ended++ < counts.live) return;
    engine.process(record);
    if (ends && (ended == counts.live + 1 || ended % 10'000'000 == 0)) {
      std::printf("%10u execs, %u live: %.0f MiB at most so far\n", ended, counts.live, peakMiB());
      std::fflush(stdout);
    }
  });
  engine.finish();
  std::printf("%llu execs judged, %llu processes forgotten, %.0f MiB at most\n",
              static_cast<unsigned long long>(engine.summary().execs),
              static_cast<unsigned long long>(engine.summary().processesForgotten), peakMiB());
  return 0;
}

bool number(std::string_view text, std::uint32_t& value) {
  return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc();
}

}  // namespace
}  // namespace exectrail::bench

int main(int argc, char** argv) {
  exectrail::bench::Counts counts;
  const bool understood = (argc < 2 || exectrail::bench::number(argv[1], counts.live)) &&
                          (argc < 3 || exectrail::bench::number(argv[2], counts.execs));
  if (!understood) {
    std::fprintf(stderr, "usage: memory_bench [LIVE [EXECS]]\n");
    return 2;
  }
  return exectrail::bench::run(counts);
}
