// Alerts in the shapes of other programs: whole, against what those define, and with hostile bytes.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/analyzer/alerts.h"
#include "tests/support/traces.h"

namespace exectrail::analyzer {
namespace {

using nlohmann::ordered_json;
using test::dropped;
using test::image;
using test::rendered;
using test::webShell;

constexpr std::array kJsonFormats = {Format::kJson, Format::kKubearmor, Format::kFalco,
                                     Format::kOcsf};

ordered_json parsed(Format format, const Alert& alert) {
  return ordered_json::parse(rendered(format, alert));
}

test::RecordBuilder refused() {
  return test::attempt("./x", 13, image(2291)).cwd("/tmp").number(3).at(123'000'000);
}

Alert hostile() {
  // NOLINTNEXTLINE(misc-misleading-bidirectional): that is the attack
  const std::string path = "/tmp/\xff\n::error::%0A\033[2J\xc2\x9b\xe2\x80\xae\x7f";
  return test::onlyAlert({test::exec(path).args({path, "\r\n::set-output name=a::b"}).cwd(path)});
}

TEST(Formats, Goldens) {
  const Alert alert = test::onlyAlert(webShell(dropped().container(std::string(64, 'a')), "rw"));
  for (const Format format : {Format::kKubearmor, Format::kFalco, Format::kOcsf}) {
    const std::string name(kFormatNames.at(static_cast<std::size_t>(format)));
    test::expectGolden("web_shell." + name, parsed(format, alert).dump(2) + "\n");
  }
  test::expectGolden("web_shell.github", rendered(Format::kGithub, alert));
}

TEST(Formats, FailedAttempt) {
  const Alert alert = test::onlyAlert(webShell(refused(), "rw,noexec"));
  for (const Format format : {Format::kKubearmor, Format::kFalco, Format::kOcsf}) {
    const std::string name(kFormatNames.at(static_cast<std::size_t>(format)));
    test::expectGolden("failed_attempt." + name, parsed(format, alert).dump(2) + "\n");
  }
}

// EACCES alone may come from the file's mode, as KubeArmor itself cannot tell.
TEST(Formats, BlockOnlyWhenAMountRefused) {
  const auto actionOf = [](const test::OwnedRecord& last, const std::string& options) {
    return parsed(Format::kKubearmor, test::onlyAlert(webShell(last, options)))["Action"];
  };
  EXPECT_EQ(actionOf(refused(), "rw,noexec"), "Block");
  EXPECT_EQ(actionOf(refused(), "rw"), "Audit");
  EXPECT_EQ(actionOf(refused(), ""), "Audit");
  EXPECT_EQ(actionOf(dropped(), "rw,noexec"), "Audit");
  const test::OwnedRecord notPermitted =
      test::attempt("./x", 1, image(2291)).cwd("/tmp").number(3).at(123'000'000);
  EXPECT_EQ(actionOf(notPermitted, "rw,noexec"), "Audit");
}

// A UID that nobody knows must not be read as 0, which protobuf's JSON leaves out.
TEST(Formats, UnknownUserIsNotRoot) {
  const auto known = parsed(Format::kKubearmor, test::onlyAlert({test::exec("/tmp/x").user(0)}));
  EXPECT_EQ(known["UID"], 0);
  const auto unknown = parsed(Format::kKubearmor, test::onlyAlert({test::exec("/tmp/x").noUser()}));
  EXPECT_FALSE(unknown.contains("UID"));
}

// Namespaced pids are known only where there is one namespace.
TEST(Formats, ProcessNumbersOfAContainerAreTheHosts) {
  const std::string id(64, 'a');
  const auto inside =
      parsed(Format::kKubearmor, test::onlyAlert({test::exec("/tmp/x").container(id)}));
  EXPECT_EQ(inside["HostPID"], 1000);
  EXPECT_FALSE(inside.contains("PID"));
  EXPECT_EQ(inside["Type"], "MatchedPolicy");
  const auto host =
      parsed(Format::kKubearmor, test::onlyAlert({test::exec("/tmp/x").container("")}));
  EXPECT_EQ(host["PID"], 1000);
  EXPECT_EQ(host["Type"], "MatchedHostPolicy");
  EXPECT_FALSE(host.contains("ContainerID"));
}

// ---- OCSF: against the list of attributes in tests/data/ocsf

using Faults = std::vector<std::string>;

void checkObject(const ordered_json& schema, const std::string& name, const ordered_json& object,
                 const std::string& where, Faults& faults) {
  const ordered_json& known = schema.at(name);
  const auto has = [&](const char* list, const std::string& key) {
    return std::ranges::count(known.at(list), ordered_json(key)) > 0;
  };
  for (const auto& key : known.at("required")) {
    if (!object.contains(key.get<std::string>())) faults.push_back(where + " lacks " + key.dump());
  }
  bool any = !known.contains("any_of");
  for (const auto& key : known.value("any_of", ordered_json::array())) {
    any = any || object.contains(key.get<std::string>());
  }
  if (!any) faults.push_back(where + " has none of " + known.at("any_of").dump());
  for (const auto& [key, value] : object.items()) {
    if (!has("required", key) && !has("optional", key)) faults.push_back(where + " has " + key);
    if (!known.at("objects").contains(key)) continue;
    const std::string of = known.at("objects").at(key);
    const ordered_json elements = value.is_array() ? value : ordered_json::array({value});
    for (const auto& element : elements) {
      checkObject(schema, of, element, where + "." + key, faults);
    }
  }
}

Faults faultsOf(const std::string& name, const ordered_json& object) {
  std::ifstream file(std::string(TEST_DATA) + "/ocsf/detection_finding.json");
  Faults faults;
  checkObject(ordered_json::parse(file), name, object, name, faults);
  return faults;
}

TEST(Formats, OcsfHasOnlyAttributesOfItsClass) {
  const std::vector<Alert> alerts = {
      test::onlyAlert(webShell(dropped().container("a"), "rw")),
      test::onlyAlert(webShell(refused(), "rw,noexec")),
      test::onlyAlert({test::exec("/tmp/x").by(image(9)).noExecutable().noUser().noCwd().noArgs()}),
      test::onlyAlert({test::exec("/usr/bin/dash")
                           .typed("./x.sh")
                           .cwd("/tmp")
                           .args({"/bin/sh", "-e", "./x.sh"})}),
      hostile()};
  for (const Alert& alert : alerts) {
    EXPECT_EQ(faultsOf("detection_finding", parsed(Format::kOcsf, alert)), Faults{});
  }
}

// The check itself: it finds what is missing, and what does not belong.
TEST(Formats, OcsfCheckFindsFaults) {
  ordered_json device = {{"type_id", 0}, {"os", {{"name", "Linux"}, {"type_id", 200}}}};
  EXPECT_EQ(faultsOf("device", device), Faults{"device has none of [\"ip\",\"uid\",\"name\","
                                               "\"hostname\",\"instance_uid\","
                                               "\"interface_uid\",\"interface_name\"]"});
  device["hostname"] = "web03";
  EXPECT_EQ(faultsOf("device", device), Faults{});
  device["os"]["colour"] = "blue";
  device["os"].erase("name");
  EXPECT_EQ(faultsOf("device", device),
            (Faults{"device.os lacks \"name\"", "device.os has colour"}));
}

TEST(Formats, OcsfNumbers) {
  const auto finding = parsed(Format::kOcsf, test::onlyAlert(webShell(dropped(), "rw")));
  EXPECT_EQ(finding["class_uid"], 2004);
  EXPECT_EQ(finding["type_uid"], 200401);
  EXPECT_EQ(finding["severity_id"], 5);
  EXPECT_EQ(finding["time"], 1'772'600'767'123);
  EXPECT_EQ(finding["evidences"][0]["process"]["ancestry"].size(), 3U);
  EXPECT_EQ(finding["evidences"][0]["process"]["ancestry"][0]["pid"], 2291);
}

// ---- hostile bytes

TEST(Formats, JsonIsOneLineOfAscii) {
  for (const Format format : kJsonFormats) {
    const std::string line = rendered(format, hostile());
    EXPECT_TRUE(ordered_json::accept(line));
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    EXPECT_TRUE(
        std::all_of(line.begin(), line.end() - 1, [](char c) { return c >= 0x20 && c < 0x7f; }));
  }
}

TEST(Formats, ExactBytesAreKept) {
  const Alert alert = test::onlyAlert({test::exec("/tmp/\xff")});
  EXPECT_EQ(parsed(Format::kKubearmor, alert)["Exectrail"]["Bytes"]["ProcessName"], "L3RtcC//");
  EXPECT_EQ(parsed(Format::kFalco, alert)["output_fields"]["exectrail.bytes.proc.exepath"],
            "L3RtcC//");
  EXPECT_EQ(parsed(Format::kOcsf, alert)["unmapped"]["exectrail"]["bytes"]["evidences.file.path"],
            "L3RtcC//");
}

TEST(Formats, FalcoOutputControlsNoTerminal) {
  const std::string output = parsed(Format::kFalco, hostile())["output"];
  EXPECT_EQ(output.find_first_of("\n\r\033\x7f"), std::string::npos);
  EXPECT_EQ(output.find("\xc2\x9b"), std::string::npos);
}

// A name cannot end the command, begin another one, or add a property.
TEST(Formats, GithubCommandCannotBeForged) {
  const std::string line = rendered(Format::kGithub, hostile());
  EXPECT_EQ(line.find('\n'), line.size() - 1);
  EXPECT_EQ(line.find('\r'), std::string::npos);
  EXPECT_TRUE(line.starts_with("::error title=high%3A exec_from_unusual_dir::/tmp/")) << line;
  // "%0A" of the name is shown as such, and is no end of a line.
  EXPECT_NE(line.find("::error::%250A"), std::string::npos) << line;
}

TEST(Formats, GithubCommands) {
  const auto commandOf = [](Severity severity) {
    Alert alert = test::onlyAlert({test::exec("/tmp/x")});
    alert.severity = severity;
    const std::string line = rendered(Format::kGithub, alert);
    return line.substr(0, line.find(' '));
  };
  EXPECT_EQ(commandOf(Severity::kCritical), "::error");
  EXPECT_EQ(commandOf(Severity::kHigh), "::error");
  EXPECT_EQ(commandOf(Severity::kMedium), "::warning");
  EXPECT_EQ(commandOf(Severity::kLow), "::notice");
  EXPECT_EQ(commandOf(Severity::kInfo), "::notice");
}

}  // namespace
}  // namespace exectrail::analyzer
