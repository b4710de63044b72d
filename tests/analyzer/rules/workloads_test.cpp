// What containers are: the file that says so, policies' selectors and Falco's fields decided by it,
// and what alerts then say.
#include <gtest/gtest.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "analyzer/output/format.h"
#include "tests/analyzer/rules/rules.h"
#include "tests/support/traces.h"

namespace exectrail::analyzer {
namespace {

using test::account;
using test::attempt;
using test::exec;
using test::image;
using test::OwnedRecord;
using test::policy;
using test::Records;

const std::string kBlog(64, 'a');
const std::string kOther(64, 'b');
const std::string kUnnamed(64, 'c');

// As kubectl prints pods, cut down.
const std::string kPods = R"({"kind": "List", "items": [
  {"kind": "Pod",
   "metadata": {"name": "blog-7f", "namespace": "shop", "labels": {"app": "blog", "tier": "web"},
                "ownerReferences": [{"kind": "ReplicaSet", "name": "blog"}]},
   "spec": {"containers": [{"name": "php"}]},
   "status": {"containerStatuses": [
     {"name": "php", "containerID": "containerd://)" +
                          kBlog +
                          R"(", "image": "example.org/blog:2", "imageID": "x@sha256:12"},
     {"name": "waits", "containerID": ""}]}},
  {"kind": "Pod", "metadata": {"name": "db-1", "namespace": "data"},
   "spec": {"containers": [{"name": "db", "securityContext": {"privileged": true}}]},
   "status": {"containerStatuses": [{"name": "db", "containerID": "docker://)" +
                          kOther + R"(", "image": "db"}]}}]})";

std::shared_ptr<const Workloads> workloads(const std::string& text = kPods) {
  std::string problem;
  auto result = Workloads::parse(text, problem);
  EXPECT_TRUE(result) << problem;
  return result;
}

std::string refusal(const std::string& text) {
  std::string problem;
  EXPECT_FALSE(Workloads::parse(text, problem)) << text;
  return problem;
}

std::vector<Alert> alertsWith(const std::string& yaml, const Records& records) {
  const auto known = workloads();
  RuleSet rules = compileRules({{"rule.yml", yaml, {}}}, known.get());
  const Program program(std::move(rules.recipes), {}, known);
  auto found = test::analyze(program, records).alerts;
  std::erase_if(found, [](const Alert& alert) {
    return alert.recipe->name == "kubearmor/unnamed-container";
  });
  return found;
}

std::string selecting(const std::string& selector) {
  return policy("  selector:\n" + selector +
                "  process: {matchPaths: [{path: /usr/bin/x}]}\n  action: Audit\n");
}

bool firesIn(const std::string& rule, const std::string& container) {
  return !alertsWith(rule, {exec("/usr/bin/x").container(container)}).empty();
}

TEST(Workloads, PodsAsKubectlPrintsThem) {
  const auto known = workloads();
  ASSERT_EQ(known->all().size(), 2U);
  const auto blog = known->find(kBlog);
  ASSERT_TRUE(blog);
  EXPECT_EQ(blog->space + "/" + blog->pod + "/" + blog->container, "shop/blog-7f/php");
  EXPECT_EQ(blog->image, "example.org/blog:2@sha256:12");
  EXPECT_EQ(blog->labels.at("tier"), "web");
  EXPECT_EQ(blog->ownerKind + " " + blog->ownerName, "ReplicaSet blog");
  EXPECT_EQ(blog->privileged, false);
  EXPECT_EQ(known->find(kOther)->privileged, true);
  EXPECT_FALSE(known->find(kUnnamed));
}

TEST(Workloads, ById) {
  const auto known = workloads("{\"" + kBlog.substr(0, 12) +
                               "\": {\"namespace\": \"shop\", \"pod\": \"p\", \"name\": \"c\", "
                               "\"image\": \"i\", \"labels\": {\"a\": \"b\"}}}");
  ASSERT_TRUE(known->find(kBlog));  // the beginning of an id will do
  EXPECT_EQ(known->find(kBlog)->labels.at("a"), "b");
  EXPECT_FALSE(known->find(kBlog.substr(0, 11)));
  EXPECT_FALSE(known->find(kBlog)->privileged.has_value());  // nobody said
}

TEST(Workloads, WhatIsNoSuchFile) {
  EXPECT_EQ(refusal("{"), "it is no JSON");
  EXPECT_EQ(refusal("[]"), "it is no JSON object");
  EXPECT_EQ(refusal("{\"x\": {}}"), "'x' is no container's id of at least 12 characters");
  EXPECT_EQ(refusal("{\"" + kBlog + "\": 1}"), "'" + kBlog + "' is no object");
  EXPECT_EQ(refusal("{\"" + kBlog + "\": {\"pod\": 1}}"), "'pod' is no text");
  EXPECT_EQ(refusal("{\"" + kBlog + "\": {\"privileged\": \"yes\"}}"),
            "'privileged' is neither true nor false");
  EXPECT_EQ(refusal("{\"" + kBlog + "\": {\"labels\": {\"a\": 1}}}"), "the label 'a' is no text");
  EXPECT_EQ(refusal("{\"" + kBlog + "\": {}, \"docker://" + kBlog + "\": {}}"),
            "the container " + kBlog + " is there twice");
  EXPECT_EQ(refusal(R"({"items": [1]})"), "an item that is no object");
}

TEST(Selector, LabelsAndNamespace) {
  EXPECT_TRUE(firesIn(selecting("    matchLabels: {app: blog}\n"), kBlog));
  EXPECT_TRUE(firesIn(selecting("    matchLabels: {app: blog, tier: web}\n"), kBlog));
  EXPECT_FALSE(firesIn(selecting("    matchLabels: {app: blog, tier: db}\n"), kBlog));
  EXPECT_FALSE(firesIn(selecting("    matchLabels: {app: blog}\n"), kUnnamed));
  EXPECT_FALSE(firesIn(selecting("    matchLabels: {app: blog}\n"), ""));
  EXPECT_TRUE(
      firesIn(selecting("    matchLabels: {kubearmor.io/container.name: '[php, x]'}\n"), kBlog));
  EXPECT_FALSE(
      firesIn(selecting("    matchLabels: {kubearmor.io/container.name: '[x]'}\n"), kBlog));
  // Its own namespace is "shop": the other container runs in "data".
  EXPECT_TRUE(firesIn(selecting("    matchLabels: {}\n"), kBlog));
  EXPECT_FALSE(firesIn(selecting("    matchLabels: {}\n"), kOther));
}

TEST(Selector, Expressions) {
  const auto in = [](const std::string& op, const std::string& values) {
    return selecting("    matchExpressions: [{key: label, operator: " + op + ", values: " + values +
                     "}]\n");
  };
  EXPECT_TRUE(firesIn(in("In", "[app=x, app=blog]"), kBlog));
  EXPECT_FALSE(firesIn(in("NotIn", "[app=x, app=blog]"), kBlog));
  EXPECT_TRUE(firesIn(in("NotIn", "[app=x]"), kBlog));
  const std::string cluster =
      "kind: KubeArmorClusterPolicy\nmetadata: {name: c}\nspec:\n  selector:\n"
      "    matchExpressions: [{key: namespace, operator: NotIn, values: [shop]}]\n"
      "  process: {matchPaths: [{path: /usr/bin/x}]}\n  action: Audit\n";
  EXPECT_FALSE(firesIn(cluster, kBlog));
  EXPECT_TRUE(firesIn(cluster, kOther));
}

TEST(Selector, OfHosts) {
  const std::string host =
      "kind: KubeArmorHostPolicy\nmetadata: {name: h}\nspec:\n"
      "  process: {matchPaths: [{path: /usr/bin/x}]}\n  action: Audit\n";
  EXPECT_TRUE(firesIn(host, ""));
  EXPECT_FALSE(firesIn(host, kBlog));
}

TEST(Selector, Account) {
  const auto said = [](const std::string& rule) {
    return account(compileRules({{"rule.yml", rule, {}}}, workloads().get()));
  };
  EXPECT_EQ(said(selecting("    matchLabels: {app: blog}\n")), "loaded");
  EXPECT_EQ(said(selecting("    matchLabels: {app: nobody}\n")),
            "warning\n1: no container that is known fits: the policy is asked about nothing");
  EXPECT_EQ(said(selecting("    matchExpressions: [{key: pod, operator: In, values: [a]}]\n")),
            "refused\n6: a selector cannot ask for 'pod'");
  EXPECT_EQ(said(selecting("    matchExpressions: [{key: label, operator: Has, values: [a]}]\n")),
            "refused\n6: operator 'Has' is neither In nor NotIn");
}

// Whose container nobody named is seen: no selector was asked.
TEST(Selector, ContainersThatNobodyNamed) {
  const auto known = workloads();
  RuleSet rules =
      compileRules({{"rule.yml", selecting("    matchLabels: {app: blog}\n"), {}}}, known.get());
  const Program program(std::move(rules.recipes), {}, known);
  const auto names = [&](const std::string& container) {
    const auto found = test::analyze(program, {exec("/usr/bin/y").pid(7).container(container),
                                               exec("/usr/bin/z").pid(8).container(container)});
    // The second is within its summary.
    return std::ranges::count(found.alerts, std::uint64_t{0}, &Alert::suppressed);
  };
  EXPECT_EQ(names(kUnnamed), 1);  // once, whatever else runs there
  EXPECT_EQ(names(kOther), 0);
  EXPECT_EQ(names(""), 0);
}

// The attack of the published policy: a web server's shell, and a file in /var/tmp that the mount
// does not let run.
TEST(Workloads, AlertAsKubeArmorHasIt) {
  const std::string rule = policy(
      "  tags: [one, two]\n  message: Something ran from tmp\n"
      "  selector: {matchLabels: {app: blog}}\n"
      "  process: {matchPatterns: [{pattern: /tmp/*}, {pattern: /var/tmp/*}]}\n  action: Block\n");
  const Records records = {
      exec("/usr/sbin/apache2").pid(7).container(kBlog).user(33),
      exec("/usr/bin/bash").pid(8).by(image(7)).container(kBlog).user(33).cwd("/var/tmp"),
      attempt("/var/tmp/xvzf", EACCES, image(8)).args({"/var/tmp/xvzf", "-d"}).cwd("/var/tmp")};
  const auto found = alertsWith(rule, records);
  ASSERT_EQ(found.size(), 1U);
  const trace::Header header = test::header();
  const std::string inputs;
  const auto json =
      nlohmann::json::parse(render(Format::kKubearmor, found[0], {header, inputs, {}, {}, false}));
  const std::pair<const char*, const char*> fields[] = {
      {"Action", "Block"},
      {"Result", "Permission denied"},
      {"PolicyName", "test"},
      {"Tags", "one,two"},
      {"Message", "Something ran from tmp"},
      {"Operation", "Process"},
      {"Resource", "/var/tmp/xvzf -d"},
      {"ProcessName", "/var/tmp/xvzf"},
      {"Source", "/usr/sbin/apache2"},
      {"NamespaceName", "shop"},
      {"PodName", "blog-7f"},
      {"ContainerName", "php"},
      {"ContainerImage", "example.org/blog:2@sha256:12"},
      {"Labels", "app=blog,tier=web"},
      {"Type", "MatchedPolicy"},
      {"Cwd", "/var/tmp/"}};
  for (const auto& [key, value] : fields) EXPECT_EQ(json.value(key, ""), value) << key;
  EXPECT_EQ(json["Owner"],
            (nlohmann::json{{"Ref", "ReplicaSet"}, {"Name", "blog"}, {"Namespace", "shop"}}));
  EXPECT_FALSE(json.contains("Severity"));  // the policy sets none, and KubeArmor leaves it out
  const auto ecs =
      nlohmann::json::parse(render(Format::kJson, found[0], {header, inputs, {}, {}, false}));
  EXPECT_EQ(ecs["container"]["image"]["name"], "example.org/blog:2@sha256:12");
  EXPECT_EQ(ecs["container"]["labels"]["app"], "blog");
  EXPECT_EQ(ecs["orchestrator"]["namespace"], "shop");
  EXPECT_EQ(ecs["orchestrator"]["resource"]["name"], "blog-7f");
}

// Where nobody enforces a policy, what it blocks runs, and the alert does not say it was stopped.
TEST(Workloads, ActionsOfWhatRan) {
  const trace::Header header = test::header();
  const std::string inputs;
  const auto action = [&](const std::string& rule, const OwnedRecord& record) {
    const auto found = alertsWith(rule, {record});
    if (found.size() != 1) return std::to_string(found.size()) + " alerts";
    const auto json = nlohmann::json::parse(
        render(Format::kKubearmor, found[0], {header, inputs, {}, {}, false}));
    return json["PolicyName"].get<std::string>() + " " + json["Action"].get<std::string>() + " " +
           json["Result"].get<std::string>();
  };
  const auto ofAction = [](const std::string& word) {
    return policy("  process: {matchPaths: [{path: /usr/bin/x}]}\n  action: " + word + "\n");
  };
  EXPECT_EQ(action(ofAction("Block"), exec("/usr/bin/x").container(kBlog)),
            "test Audit (Block) Passed");
  EXPECT_EQ(action(ofAction("Audit"), exec("/usr/bin/x").container(kBlog)), "test Audit Passed");
  EXPECT_EQ(action(ofAction("Allow"), exec("/usr/bin/y").container(kBlog)),
            "DefaultPosture Audit Passed");
}

TEST(Workloads, FieldsOfFalco) {
  const auto fires = [](const std::string& condition, const std::string& container) {
    return !alertsWith("- rule: A\n  desc: d\n  output: o\n  priority: INFO\n  condition: " +
                           condition + " and proc.name = x\n",
                       {exec("/usr/bin/x").container(container)})
                .empty();
  };
  EXPECT_TRUE(fires("container.image.repository = example.org/blog", kBlog));
  EXPECT_TRUE(fires("container.image.tag = \"2\"", kBlog));
  EXPECT_TRUE(fires("container.image.repository endswith /blog", kBlog));
  EXPECT_TRUE(fires("container.image.repository glob *blog", kBlog));
  EXPECT_FALSE(fires("container.image.repository = example.org/blog", kOther));
  EXPECT_FALSE(fires("container.image.repository != example.org/blog", kBlog));
  EXPECT_TRUE(fires("container.image.repository != example.org/blog", kOther));
  EXPECT_FALSE(fires("container.image.repository != example.org/blog", kUnnamed));
  EXPECT_TRUE(fires("not container.image.repository in (db)", kUnnamed));
  EXPECT_TRUE(fires("k8s.ns.name in (shop, data)", kOther));
  EXPECT_TRUE(fires("k8s.pod.name startswith blog-", kBlog));
  EXPECT_TRUE(fires("k8s.pod.label.tier = web", kBlog));
  EXPECT_FALSE(fires("k8s.pod.label.tier exists", kOther));
  EXPECT_TRUE(fires("container.privileged = true", kOther));
  EXPECT_FALSE(fires("container.privileged = true", kBlog));
  EXPECT_TRUE(fires("container.privileged = false", kBlog));
  EXPECT_FALSE(fires("container.privileged = true", kUnnamed));
}

}  // namespace
}  // namespace exectrail::analyzer
