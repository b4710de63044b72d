// What a real kernel gave: format files and raw pages below tests/data/kernel.
#pragma once

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "recorder/kernel/event_formats.h"

namespace exectrail::test {

inline std::string readText(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

inline const std::string kThisKernel = "6.18-x86_64";

inline std::filesystem::path kernelData(const std::string& kernel = kThisKernel) {
  return std::filesystem::path(EXECTRAIL_TEST_DATA) / "kernel" / kernel;
}

// Hexadecimal text, as `xxd -p` writes it, of a file below the kernel's data.
inline std::vector<std::byte> hexBytes(const std::string& file,
                                       const std::string& kernel = kThisKernel) {
  std::string digits;
  for (const char c : readText(kernelData(kernel) / file)) {
    if (c != '\n') digits += c;
  }
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline std::vector<std::byte> rawPage(const std::string& name) { return hexBytes("pages/" + name); }

// Of a file that holds several.
inline std::vector<std::vector<std::byte>> rawPages(const std::string& name,
                                                    const std::string& kernel) {
  constexpr std::ptrdiff_t kPageSize = 4096;
  const std::vector<std::byte> all = hexBytes("pages/" + name, kernel);
  std::vector<std::vector<std::byte>> pages;
  for (auto at = all.begin(); all.end() - at >= kPageSize; at += kPageSize) {
    pages.emplace_back(at, at + kPageSize);
  }
  return pages;
}

// All formats of the data, but those whose "system/event" is `without`.
inline std::unique_ptr<recorder::EventFormats> kernelFormats(
    const std::string& without = "", const std::string& kernel = kThisKernel) {
  auto formats = std::make_unique<recorder::EventFormats>();
  const std::filesystem::path events = kernelData(kernel) / "events";
  formats->setHeaderPage(readText(events / "header_page"));
  for (const auto& file : std::filesystem::recursive_directory_iterator(events)) {
    if (file.path().filename() != "format") continue;
    const auto event = file.path().parent_path();
    const std::string system = event.parent_path().filename();
    if (system + "/" + event.filename().string() == without) continue;
    formats->add(system, readText(file.path()));
  }
  return formats;
}

}  // namespace exectrail::test
