#include "analyzer/compiler/yaml_tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <unordered_map>

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMaxFileBytes = 1 << 20;
constexpr std::size_t kMaxDepth = 16;
constexpr std::size_t kMaxDocuments = 256;

constexpr std::string_view kGivenTwice = "' is given twice";

struct Refused {};  // the rest of the file is not read; the reason has been reported

SourcePosition positionOf(const std::string& file, const YAML::Mark& mark) {
  if (mark.is_null()) return {file, 1, 1};
  return {file, static_cast<std::uint32_t>(mark.line + 1),
          static_cast<std::uint32_t>(mark.column + 1)};
}

class Builder : public YAML::EventHandler {
 public:
  Builder(const std::string& file, Diagnostics& diagnostics)
      : file_(file), diagnostics_(diagnostics) {}

  void OnDocumentStart(const YAML::Mark& /*mark*/) override {
    if (++documents_ > kMaxDocuments) {
      refuse({file_, 1, 1}, "more than " + std::to_string(kMaxDocuments) + " documents in one file",
             "split the file");
    }
    document_ = {};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, {}, anchor);
    add({YamlNode::Kind::kNull, positionOf(file_, mark), {}, {}, {}});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t /*anchor*/) override {
    refuse(positionOf(file_, mark), "YAML aliases are not allowed",
           "share values through a lists: document and @name");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    add({YamlNode::Kind::kScalar, positionOf(file_, mark), value, {}, {}});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, YamlNode::Kind::kSequence);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value /*style*/) override {
    open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnMapEnd() override { close(); }

  YamlNode takeDocument() { return std::move(document_); }

 private:
  struct Frame {
    YamlNode node;
    bool keyNext = true;                                        // of a map: the next node is a key
    std::unordered_map<std::string, std::uint32_t> lines = {};  // of its keys
  };

  [[noreturn]] void refuse(SourcePosition position, std::string message, std::string help) {
    diagnostics_.error(DiagnosticCode::kNotAllowedYaml, std::move(position), std::move(message),
                       std::move(help));
    throw Refused{};
  }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) {
      refuse(positionOf(file_, mark), "YAML anchors are not allowed",
             "share values through a lists: document and @name");
    }
    if (!tag.empty() && tag != "?" && tag != "!") {
      refuse(positionOf(file_, mark), "YAML tags are not allowed", "remove '" + tag + "'");
    }
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    check(mark, tag, anchor);
    if (stack_.size() >= kMaxDepth) {
      refuse(positionOf(file_, mark),
             "nested more than " + std::to_string(kMaxDepth) + " levels deep", {});
    }
    if (!stack_.empty() && stack_.back().node.kind == YamlNode::Kind::kMap &&
        stack_.back().keyNext) {
      refuse(positionOf(file_, mark), "a key must be text", {});
    }
    stack_.push_back({{kind, positionOf(file_, mark), {}, {}, {}}, true});
  }

  void close() {
    YamlNode node = std::move(stack_.back().node);
    stack_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (stack_.empty()) {
      document_ = std::move(node);
      return;
    }
    Frame& frame = stack_.back();
    if (frame.node.kind == YamlNode::Kind::kSequence) {
      frame.node.items.push_back(std::move(node));
    } else if (frame.keyNext) {
      addKey(frame, node);
    } else {
      frame.node.entries.back().value = std::move(node);
      frame.keyNext = true;
    }
  }

  void addKey(Frame& frame, const YamlNode& key) {
    if (key.kind != YamlNode::Kind::kScalar) refuse(key.position, "a key must be text", {});
    const auto [first, isNew] = frame.lines.emplace(key.text, key.position.line);
    if (!isNew) {
      diagnostics_.error(DiagnosticCode::kNotAllowedYaml, key.position,
                         "'" + key.text + std::string(kGivenTwice),
                         "the other one stands in line " + std::to_string(first->second));
    }
    frame.node.entries.push_back({key.text, key.position, {}});
    frame.node.entries.back().value.position = key.position;
    frame.keyNext = false;
  }

  const std::string& file_;
  Diagnostics& diagnostics_;
  std::vector<Frame> stack_;
  YamlNode document_;
  std::size_t documents_ = 0;
};

// Byte offset of a position in the text of its file.
std::size_t offsetOf(const SourcePosition& position, std::string_view text) {
  std::size_t offset = 0;
  for (std::uint32_t line = 1; line < position.line; ++line) {
    const std::size_t end = text.find('\n', offset);
    if (end == std::string_view::npos) return text.size();
    offset = end + 1;
  }
  return std::min(offset + position.column - 1, text.size());
}

bool isBlank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// Walks the file from `raw` along the first `count` bytes of the scalar's value; npos where they
// part. `quote` is the character that is doubled inside, or 0.
std::size_t align(std::string_view file, std::size_t raw, std::string_view value, std::size_t count,
                  char quote) {
  for (std::size_t i = 0; i < count; ++i) {
    if (raw >= file.size()) return std::string_view::npos;
    if (isBlank(value[i]) && isBlank(file[raw])) {
      // Folding turns a line break and its indentation into one character.
      const bool brokenLine = file[raw] != ' ' || value[i] == '\n';
      ++raw;
      while (brokenLine && raw < file.size() && isBlank(file[raw])) ++raw;
    } else if (file[raw] == value[i]) {
      raw += value[i] == quote ? 2 : 1;
    } else {
      return std::string_view::npos;
    }
  }
  return raw;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &YamlEntry::key);
  return found == entries.end() ? nullptr : &found->value;
}

bool isDuplicateKey(const Diagnostic& diagnostic) {
  return diagnostic.code == DiagnosticCode::kNotAllowedYaml &&
         diagnostic.message.ends_with(kGivenTwice);
}

std::vector<YamlNode> parseYaml(const std::string& file, std::string_view text,
                                Diagnostics& diagnostics) {
  std::vector<YamlNode> documents;
  if (text.size() > kMaxFileBytes) {
    diagnostics.error(DiagnosticCode::kNotAllowedYaml, {file, 1, 1},
                      "the file has " + std::to_string(text.size()) + " bytes, at most " +
                          std::to_string(kMaxFileBytes) + " are allowed",
                      "split the file");
    return documents;
  }
  std::istringstream stream{std::string(text)};
  Builder builder(file, diagnostics);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
      YamlNode document = builder.takeDocument();
      if (document.kind != YamlNode::Kind::kNull) documents.push_back(std::move(document));
    }
  } catch (const Refused&) {
    // Reported where it was found.
  } catch (const YAML::Exception& error) {
    diagnostics.error(
        DiagnosticCode::kNotYaml, positionOf(file, error.mark),
        "not well-formed YAML: " + error.msg,
        "quote text that holds ': ', ' #', or begins with one of @ ` % & * ! | > [ {");
  }
  return documents;
}

SourcePosition positionIn(const YamlNode& scalar, std::size_t offset, std::string_view fileText) {
  std::size_t raw = offsetOf(scalar.position, fileText);
  char quote = 0;
  if (raw < fileText.size() && (fileText[raw] == '\'' || fileText[raw] == '"')) {
    quote = fileText[raw] == '\'' ? '\'' : '\0';
    ++raw;
  } else if (raw < fileText.size() && (fileText[raw] == '|' || fileText[raw] == '>')) {
    raw = fileText.find('\n', raw);
    while (raw < fileText.size() && isBlank(fileText[raw])) ++raw;
  }
  raw = align(fileText, raw, scalar.text, std::min(offset, scalar.text.size()), quote);
  if (raw == std::string_view::npos || raw > fileText.size()) return scalar.position;
  const std::string_view before = fileText.substr(0, raw);
  const std::size_t lineStart = before.rfind('\n') + 1;  // npos + 1 is 0: the first line
  return {scalar.position.file, static_cast<std::uint32_t>(1 + std::ranges::count(before, '\n')),
          static_cast<std::uint32_t>(1 + raw - lineStart)};
}

std::string_view describe(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull:
      return "nothing";
    case YamlNode::Kind::kScalar:
      return "text";
    case YamlNode::Kind::kSequence:
      return "a list";
    case YamlNode::Kind::kMap:
      return "a map";
  }
  return "?";
}

}  // namespace exectrail::analyzer
