#include "trace/synth/jobs.h"

#include <cerrno>
#include <memory>
#include <utility>

namespace exectrail::trace {
namespace {

constexpr std::uint64_t kMs = 1'000'000;

Plan program(std::string executable, std::vector<std::string> arguments, std::string directory,
             std::uint64_t workNs) {
  Plan plan;
  plan.executable = std::move(executable);
  plan.arguments = std::move(arguments);
  plan.directory = std::move(directory);
  plan.workNs = workNs;
  return plan;
}

Plan shell(std::string command, std::string directory, std::vector<Plan> children) {
  Plan plan = program("/usr/bin/dash", {"/bin/sh", "-c", std::move(command)}, std::move(directory),
                      kMs / 2);
  plan.typed = "/bin/sh";
  plan.children = std::move(children);
  return plan;
}

Plan script(const std::string& path, std::string directory, std::vector<Plan> children) {
  Plan plan = program("/usr/bin/bash", {"/bin/bash", path}, std::move(directory), kMs);
  plan.typed = path;
  plan.interpreter = "/bin/bash";
  plan.children = std::move(children);
  return plan;
}

constexpr const char* kModules[] = {"core", "net", "parser", "storage", "ui", "codec", "util"};

std::string number(Random& random, std::uint64_t below) {
  return std::to_string(random.below(below));
}

Plan compiler(Random& random, const std::string& directory, const std::string& file) {
  const std::string assembly = "/tmp/cc" + random.name(6) + ".s";
  const std::string object = "CMakeFiles/app.dir/" + file + ".o";
  Plan cc1 = program("/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus",
                     {"/usr/lib/gcc/x86_64-linux-gnu/12/cc1plus",
                      "-quiet",
                      "-I",
                      "../include",
                      "-imultiarch",
                      "x86_64-linux-gnu",
                      "-MD",
                      object + ".d",
                      "-MF",
                      object + ".d",
                      "-MT",
                      object,
                      "-D_GNU_SOURCE",
                      "-D",
                      "NDEBUG",
                      "../" + file,
                      "-quiet",
                      "-dumpdir",
                      "CMakeFiles/app.dir/",
                      "-dumpbase",
                      file + ".cpp",
                      "-mtune=generic",
                      "-march=x86-64",
                      "-O2",
                      "-Wall",
                      "-std=c++20",
                      "-fasynchronous-unwind-tables",
                      "-o",
                      assembly},
                     directory, random.around(300 * kMs));
  Plan as = program("/usr/bin/x86_64-linux-gnu-as",
                    {"as", "-I", "../include", "--64", "-o", object, assembly}, directory,
                    random.around(12 * kMs));
  as.typed = "/usr/bin/as";
  Plan gcc = program("/usr/bin/x86_64-linux-gnu-g++-12",
                     {"/usr/bin/c++", "-DNDEBUG", "-I../include", "-O2", "-Wall", "-std=c++20",
                      "-MD", "-MT", object, "-MF", object + ".d", "-o", object, "-c", "../" + file},
                     directory, 2 * kMs);
  gcc.typed = "/usr/bin/c++";
  gcc.children = {std::move(cc1), std::move(as)};
  return gcc;
}

Plan linker(Random& random, const std::string& directory) {
  const std::string name = "test_" + number(random, 500);
  Plan ld = program("/usr/bin/x86_64-linux-gnu-ld.bfd",
                    {"/usr/bin/ld", "-plugin", "/usr/lib/gcc/x86_64-linux-gnu/12/liblto_plugin.so",
                     "--build-id", "--eh-frame-hdr", "-m", "elf_x86_64", "--hash-style=gnu", "-pie",
                     "-o", name, "Scrt1.o", "crti.o", "libapp.a", "-lstdc++", "-lm", "-lc"},
                    directory, random.around(60 * kMs));
  ld.typed = "/usr/bin/ld";
  Plan collect = program("/usr/lib/gcc/x86_64-linux-gnu/12/collect2",
                         {"/usr/lib/gcc/x86_64-linux-gnu/12/collect2", "-o", name, "libapp.a"},
                         directory, kMs);
  collect.children = {std::move(ld)};
  Plan gcc = program("/usr/bin/x86_64-linux-gnu-g++-12",
                     {"/usr/bin/c++", "-O2", "-o", name, "libapp.a"}, directory, kMs);
  gcc.typed = "/usr/bin/c++";
  gcc.children = {std::move(collect)};
  return gcc;
}

SharedContext containerContext(Random& random) {
  auto owned = std::make_shared<OwnedContext>();
  owned->containerId = random.hex(64);
  owned->cgroup = "/system.slice/docker-" + owned->containerId + ".scope";
  owned->path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
  constexpr std::uint64_t kFirst = 4'026'532'000;
  constexpr std::uint64_t kInitialUser = 4'026'531'837;
  const std::uint64_t own = kFirst + random.below(100'000) * 8;
  Context& context = owned->context;
  context.credentials = {{0, 0, 0, 0}, EvidenceClass::kProcfs};
  context.login = {{}, EvidenceClass::kProcfs};
  context.session = {{1, 0}, EvidenceClass::kProcfs};
  context.privileges = {{0xa80425fb, 0xa80425fb, 0, 0xa80425fb, 0, false, SeccompMode::kFilter},
                        EvidenceClass::kProcfs};
  context.namespaces = {{own, own + 1, own + 2, own + 3, kInitialUser, own + 4, own + 5},
                        EvidenceClass::kKernel};
  context.cgroup = {owned->cgroup, EvidenceClass::kKernel};
  context.containerId = {owned->containerId, EvidenceClass::kInferred};
  context.environment = {{owned->path}, EvidenceClass::kImage};
  return owned;
}

}  // namespace

Plan compileOneFile(Random& random) {
  const std::string directory = "/home/alice/app/build";
  const std::string file =
      std::string(random.pick(kModules)) + "/file_" + number(random, 4000) + ".cpp";
  const bool links = random.oneIn(12);
  Plan job = shell("/usr/bin/c++ -O2 -c ../" + file, directory,
                   {links ? linker(random, directory) : compiler(random, directory, file)});
  job.status = random.oneIn(200) ? 1U << 8 : 0;
  return job;
}

Plan webRequest(Random& random) {
  const std::string directory = "/var/www/shop";
  const std::string image = "/var/www/shop/upload/" + random.hex(12) + ".jpg";
  if (random.oneIn(4)) {
    return shell("pdftotext " + image + " - | head -n 20", directory,
                 {program("/usr/bin/pdftotext", {"pdftotext", image, "-"}, directory, 20 * kMs),
                  program("/usr/bin/head", {"head", "-n", "20"}, directory, kMs)});
  }
  Plan convert =
      program("/usr/bin/convert-im6.q16",
              {"convert", image, "-resize", number(random, 900) + "x600", image + ".png"},
              directory, random.around(80 * kMs));
  convert.typed = "/usr/bin/convert";
  return shell("convert " + image + " -resize 800x600 " + image + ".png", directory,
               {std::move(convert)});
}

Plan cronJob(Random& random) {
  constexpr const char* kScripts[] = {"/usr/local/bin/health-check", "/etc/cron.hourly/rotate",
                                      "/opt/backup/run.sh"};
  const std::string path = random.pick(kScripts);
  Plan curl =
      program("/usr/bin/curl",
              {"curl", "-fsS", "-m", "5", "http://localhost/health?" + number(random, 100'000)},
              "/root", random.around(30 * kMs));
  curl.status = random.oneIn(50) ? 7U << 8 : 0;
  Plan logger = program("/usr/bin/logger", {"logger", "-t", "health", "ok"}, "/root", 2 * kMs);
  return shell(path + " >/dev/null 2>&1", "/root",
               {script(path, "/root", {std::move(curl), std::move(logger)})});
}

Plan containerJob(Random& random) {
  const std::string directory = "/builds/team/service-" + number(random, 40);
  Plan git = program("/usr/bin/git", {"git", "fetch", "--depth", "1", "origin", random.hex(40)},
                     directory, 50 * kMs);
  git.children = {program(
      "/usr/lib/git-core/git-remote-https",
      {"/usr/lib/git-core/git-remote-https", "origin", "https://git.example/team/service.git"},
      directory, random.around(200 * kMs))};
  Plan node =
      program("/usr/bin/node", {"node", "/usr/bin/npm", "ci"}, directory, random.around(900 * kMs));
  Plan env =
      program("/usr/bin/env", {"/usr/bin/env", "node", "/usr/bin/npm", "ci"}, directory, kMs);
  env.typed = "/usr/bin/npm";
  env.interpreter = "/usr/bin/env";
  env.then = {std::move(node)};  // env executes node in its own process
  std::vector<Plan> steps = {std::move(git), std::move(env)};
  for (std::uint64_t i = random.between(1, 6); i > 0; --i) {
    const std::string test = "/tmp/go-build" + number(random, 1'000'000'000) + "/b001/api.test";
    steps.push_back(program(test, {test, "-test.timeout=10m0s", "-test.run=" + random.name(8)},
                            directory + "/pkg/api", random.around(150 * kMs)));
  }
  Plan job =
      script("/scripts-" + number(random, 9999) + "/step_script", directory, std::move(steps));
  job.context = containerContext(random);
  Plan runc = program("/usr/sbin/runc",
                      {"runc", "--root", "/run/docker/runtime-runc/moby", "create", random.hex(64)},
                      "/run/containerd", 8 * kMs);
  runc.children = {std::move(job)};
  return runc;
}

Plan shellCommand(Random& random) {
  const std::string home = "/home/alice";
  switch (random.below(6)) {
    case 0: {  // ls | grep | wc
      Plan subshell;
      subshell.workNs = kMs;
      subshell.pipeline = true;
      subshell.children = {
          program("/usr/bin/ls", {"ls", "--color=auto", "-l", "src"}, home, 2 * kMs),
          program("/usr/bin/grep", {"grep", "-v", random.name(4)}, home, 2 * kMs),
          program("/usr/bin/wc", {"wc", "-l"}, home, 3 * kMs)};
      return subshell;
    }
    case 1: {  // a name that is nowhere in PATH
      Plan missing;
      const std::string name = random.name(5);
      for (const char* folder : {"/usr/local/bin/", "/usr/bin/", "/bin/"}) {
        missing.failures.emplace_back(folder + name, ENOENT);
      }
      missing.status = 127U << 8;
      return missing;
    }
    case 2: {  // a file that is no program
      Plan denied;
      denied.failures.emplace_back("./notes-" + number(random, 30) + ".txt", EACCES);
      denied.directory = home;
      denied.status = 126U << 8;
      return denied;
    }
    case 3: {
      Plan git = program("/usr/bin/git", {"git", "log", "--oneline", "-n", number(random, 50)},
                         home, 10 * kMs);
      git.children = {program("/usr/bin/less", {"less", "-FRX"}, home, random.around(3000 * kMs))};
      return git;
    }
    case 4: {
      const std::string path = "./tools/report-" + number(random, 20) + ".py";
      Plan python = program("/usr/bin/python3.11", {"python3", path, "--since", "yesterday"}, home,
                            random.around(400 * kMs));
      python.typed = path;
      python.interpreter = "/usr/bin/python3";
      return python;
    }
    default:
      return program("/usr/bin/vim.basic", {"vim", "src/file_" + number(random, 4000) + ".cpp"},
                     home, random.around(60'000 * kMs));
  }
}

}  // namespace exectrail::trace
