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

inline std::filesystem::path kernelData() {
  return std::filesystem::path(EXECTRAIL_TEST_DATA) / "kernel/6.18-x86_64";
}

// Hexadecimal text, as `xxd -p` writes it, of a file below the kernel's data.
inline std::vector<std::byte> hexBytes(const std::string& file) {
  std::string digits;
  for (const char c : readText(kernelData() / file)) {
    if (c != '\n') digits += c;
  }
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoul(digits.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

inline std::vector<std::byte> rawPage(const std::string& name) { return hexBytes("pages/" + name); }

// All formats of the data, but those whose "system/event" is `without`.
inline std::unique_ptr<recorder::EventFormats> kernelFormats(const std::string& without = "") {
  auto formats = std::make_unique<recorder::EventFormats>();
  formats->setHeaderPage(readText(kernelData() / "events/header_page"));
  for (const auto& file : std::filesystem::recursive_directory_iterator(kernelData() / "events")) {
    if (file.path().filename() != "format") continue;
    const auto event = file.path().parent_path();
    const std::string system = event.parent_path().filename();
    if (system + "/" + event.filename().string() == without) continue;
    formats->add(system, readText(file.path()));
  }
  return formats;
}

}  // namespace exectrail::test
