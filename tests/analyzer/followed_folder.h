// Recordings in a folder of segments, and their analysis as often as a test likes: for tests of
// what follows a folder and of the file of alerts.
#pragma once

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "analyzer/follow/follower.h"
#include "analyzer/output/json.h"
#include "tests/analyzer/analysis.h"
#include "tests/recorder/output/segments.h"
#include "tests/support/temporary_folder.h"

namespace exectrail::test {

namespace fs = std::filesystem;

inline constexpr std::uint64_t kSecond = 1'000'000'000;

// Attackers in /tmp and /dev/shm below shells that others have started, the same again and again,
// so that what is remembered from one segment decides about the next.
inline Records randomHost(std::uint32_t seed, std::uint32_t count) {
  static const char* const kFiles[] = {"/bin/sh", "/usr/bin/make", "/tmp/x", "/dev/shm/y",
                                       "/tmp/z"};
  std::mt19937 random(seed);
  Records records = {snapshot("/sbin/init").pid(1, 0).top()};
  std::vector<trace::ImageId> alive = {image(1, 0)};
  for (std::uint32_t i = 1; i <= count; ++i) {
    const std::uint64_t time = i * kSecond / 2;
    const trace::ImageId creator = alive[random() % alive.size()];
    records.push_back(forked(creator, 100 + i).at(time));
    const char* const file = kFiles[random() % std::size(kFiles)];
    records.push_back(exec(file).pid(100 + i, 1).by(creator).user(random() % 2).at(time + 1));
    if (random() % 4 == 0) {
      records.push_back(attempt("/tmp/refused", 13, image(100 + i)).number(i).at(time + 2));
    }
    if (random() % 3 == 0) {
      alive.push_back(image(100 + i));
    } else {
      records.push_back(exited(image(100 + i)).at(time + 3));
    }
  }
  return records;
}

inline std::string readFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

inline void writeFile(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

inline std::string render(const analyzer::Alert& alert, const trace::Header& header,
                          const analyzer::Program& program) {
  return toJsonLine(alert, header, program.inputsSha256());
}

struct Reading {
  std::string output;
  std::string operations;
  bool damaged = false;
};

// All files of an output, as one.
inline std::string readOutput(const std::string& path) {
  std::string all;
  for (const auto& [number, name] : analyzer::finishedOutputs(path)) all += readFile(name);
  return all + readFile(path);
}

// Reads the folder once, to its end.
inline Reading readFolder(const std::string& folder, const analyzer::OutputSettings& output,
                          const std::string& checkpoint) {
  const std::string told = output.path + ".operations";
  fs::remove(told);
  Reading reading;
  {
    analyzer::Operations operations(told);
    // Shared, and not owned: it lives as long as the program.
    const std::shared_ptr<const analyzer::Program> program(std::shared_ptr<void>(),
                                                           &shippedProgram());
    analyzer::FollowSettings settings;
    settings.folder = folder;
    settings.checkpoint = checkpoint;
    settings.output = output;
    analyzer::Follower follower(
        settings, program, [&] { return program; }, render, nullptr, operations);
    follower.run();
    reading.damaged = follower.damaged();
  }
  reading.output = readOutput(output.path);
  reading.operations = readFile(told);
  return reading;
}

inline constexpr recorder::RotateSettings kRotate{std::uint64_t{1} << 30, 20 * kSecond};

// The folder as a recorder leaves it in time: whole segments, and a part of the next one.
inline void growTo(const std::vector<std::string>& files, const std::string& folder,
                   std::size_t whole, double part) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string bytes = readFile(files[i]);
    const std::string name = folder + "/" + fs::path(files[i]).filename().string();
    if (i < whole) writeFile(name, bytes);
    if (i != whole) continue;
    const auto size = static_cast<std::size_t>(static_cast<double>(bytes.size()) * part);
    // Never shorter than it was before.
    if (!fs::exists(name) || fs::file_size(name) < size) writeFile(name, bytes.substr(0, size));
  }
}

}  // namespace exectrail::test
