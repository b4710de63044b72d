#include "replay/scenes/solver.h"

#include <algorithm>
#include <map>

#include "replay/scenes/fill.h"
#include "replay/scenes/samples.h"

namespace exectrail::replay {
namespace {

using analyzer::Attribute;
using analyzer::Condition;
using analyzer::Subject;
using Kind = Condition::Kind;

constexpr unsigned kMostScenes = 60;  // proposed for one wish
constexpr unsigned kMostSteps = 4000;
constexpr std::uint32_t kMostAbove = 16;  // processes

// Goals as literals, in each way in which they can be true.
class Expansion {
 public:
  using Use = std::function<bool(const Literals&)>;  // true: enough

  explicit Expansion(unsigned& steps) : steps_(steps) {}

  bool run(Goals todo, Literals literals, const Use& use) {
    if (++steps_ > kMostSteps) return false;
    while (!todo.empty()) {
      const Goal goal = std::move(todo.back());
      todo.pop_back();
      const Condition& at = *goal.condition;
      switch (at.kind) {
        case Kind::kNot:
        case Kind::kSurely:
          todo.push_back({&at.children.front(),
                          at.kind == Kind::kNot ? !goal.wanted : goal.wanted,
                          {},
                          {},
                          {}});
          continue;
        case Kind::kAnd:
        case Kind::kOr:
          if ((at.kind == Kind::kAnd) == goal.wanted) {
            for (const Condition& child : at.children) {
              todo.push_back({&child, goal.wanted, {}, {}, {}});
            }
            continue;
          }
          for (const Condition& child : at.children) {
            Goals one = todo;
            one.push_back({&child, goal.wanted, {}, {}, {}});
            if (run(std::move(one), literals, use)) return true;
          }
          return false;
        case Kind::kNearest:
          if (goal.element.empty() && goal.wanted) {
            Goal both = goal;
            both.element = {{&at.children.front(), true, {}, {}, {}},
                            {&at.children.back(), true, {}, {}, {}}};
            literals.push_back(std::move(both));
            continue;
          }
          [[fallthrough]];
        default:
          literals.push_back(goal);
      }
    }
    return use(literals);
  }

 private:
  unsigned& steps_;
};

bool ofPath(Attribute attribute) {
  return attribute == Attribute::kPath || attribute == Attribute::kFileName ||
         attribute == Attribute::kClass;
}

bool ofProgram(Attribute attribute) {
  return attribute == Attribute::kExecutable || attribute == Attribute::kName;
}

class Solver {
 public:
  Solver(const Wish& wish, const Accept& accept) : wish_(wish), accept_(accept) {}

  std::optional<Scene> run() {
    for (const bool script : {false, true}) {
      if (script && (wish_.result != 0 || wish_.mapping != trace::MappingRole::kUnknown)) break;
      script_ = script;
      steps_ = scenes_ = 0;
      Expansion(steps_).run(wish_.goals, {}, [this](const Literals& all) { return scene(all); });
      if (found_) break;
    }
    return std::move(found_);
  }

 private:
  // True: enough.
  bool scene(const Literals& all) {
    if (++scenes_ > kMostScenes) return true;
    Scene made;
    made.result = wish_.result;
    made.mapping = wish_.mapping;
    made.script = script_;
    if (!make(made, all) || !accept_(made)) return false;
    found_ = std::move(made);
    return true;
  }

  bool make(Scene& made, const Literals& all) {
    Literals file, program, script, own, parentPath, parent, previousPath, previous, typed;
    std::vector<Goal> above, equal;
    for (const Goal& each : all) {
      const Condition& at = *each.condition;
      const Attribute about = at.left.attribute;
      if (at.right) {
        equal.push_back(each);
      } else if (at.lineage || at.kind == Kind::kNearest) {
        above.push_back(each);
      } else if (at.kind == Kind::kGenuine) {
        parentPath.push_back(each);
      } else if (at.left.subject == Subject::kParent) {
        (ofProgram(about) ? parentPath : parent).push_back(each);
      } else if (at.left.subject == Subject::kPrevious) {
        (ofProgram(about) ? previousPath : previous).push_back(each);
      } else if (about == Attribute::kScriptPath) {
        script.push_back(each);
      } else if (about == Attribute::kTypedPath) {
        typed.push_back(each);
      } else if (ofProgram(about)) {
        program.push_back(each);
      } else if (ofPath(about)) {
        file.push_back(each);
      } else if (!flag(made, each)) {
        return false;
      } else {
        own.push_back(each);
      }
    }
    const bool same = std::ranges::any_of(equal, wantsSame);
    for (const Goal& each : above) {
      if (each.condition->kind == Kind::kNearest && each.wanted) passedBy(each, parent);
    }
    Literals joint = file;
    if (same) joint.insert(joint.end(), parentPath.begin(), parentPath.end());
    return paths(made, joint, program, script) &&
           fillImage(made.process, own, script_ ? "" : given_) && owner(made.process, equal) &&
           replaced(made, previousPath, previous) && parents(made, parentPath, parent, same) &&
           ancestors(made, above) && types(made, typed);
  }

  // The parent is nearer than the image that has to be the nearest.
  static void passedBy(const Goal& nearest, Literals& parent) {
    unsigned steps = 0;
    Expansion(steps).run({{&nearest.condition->children.front(), false, {}, {}, {}}}, {},
                         [&](const Literals& all) {
                           parent.insert(parent.end(), all.begin(), all.end());
                           return true;
                         });
  }

  // What the scene as a whole is; false if it is the other way round.
  bool flag(Scene& made, const Goal& goal) const {
    switch (goal.condition->left.attribute) {
      case Attribute::kIsScript:
        return goal.wanted == script_;
      case Attribute::kIsAttempt:
        return goal.wanted == (made.result != 0);
      case Attribute::kIsMapping:
        return goal.wanted == (made.mapping != trace::MappingRole::kUnknown);
      case Attribute::kMountNoexec:
        made.noexec = goal.wanted;
        return true;
      case Attribute::kMountNosuid:
        made.nosuid = goal.wanted;
        return true;
      case Attribute::kMountFileSystem: {
        const auto text = chooseText({goal}, {"ext4"});
        if (text) made.fileSystem = *text;
        return text.has_value();
      }
      default:
        return true;  // accept() knows
    }
  }

  // The file that decides, the program that runs, the script that it is given: one, two or three.
  bool paths(Scene& made, const Literals& file, const Literals& program, Literals script) {
    const bool byArgument = wish_.source == analyzer::PathSource::kArgument;
    const PathWish deciding{wish_.paths, wish_.path, wish_.classifier};
    given_.clear();
    const bool other = made.result != 0 || made.mapping != trace::MappingRole::kUnknown || script_;
    Literals plain = program;
    PathWish running;
    if (byArgument) {
      script.insert(script.end(), file.begin(), file.end());
    } else if (other) {
      Literals target = file;
      if (script_) target.insert(target.end(), script.begin(), script.end());
      const auto path = choosePath(target, deciding);
      if (!path) return false;
      made.target = *path;
    } else {
      plain.insert(plain.end(), file.begin(), file.end());
      running = deciding;
    }
    const bool wanted = byArgument || std::ranges::any_of(script, [](const Goal& each) {
                          return each.wanted && each.condition->kind != Kind::kExists;
                        });
    if (wanted && !script_) {
      const auto path = choosePath(script, byArgument ? deciding : PathWish{});
      if (!path) return false;
      given_ = *path;
    }
    if (!given_.empty() || script_) {
      running.proposals.insert(running.proposals.begin(),
                               {"/usr/bin/dash", "/usr/bin/python3", "/usr/bin/perl"});
    }
    const auto path = choosePath(plain, running);
    if (!path) return false;
    made.process.executable = *path;
    if (script_) {
      made.process.args = {std::string(path->substr(path->rfind('/') + 1)), made.target};
    }
    return true;
  }

  // That the file belongs to who runs it, or to another one.
  static bool owner(SceneImage& image, const std::vector<Goal>& equal) {
    for (const Goal& each : equal) {
      const Condition& at = *each.condition;
      if (at.left.attribute != Attribute::kFileUid || at.right->attribute != Attribute::kUserId) {
        continue;
      }
      const bool own = (at.op == analyzer::Operator::kEqual) == each.wanted;
      image.fileUid = own ? image.uid : image.uid + 1;
    }
    return true;
  }

  static bool replaced(Scene& made, const Literals& path, const Literals& others) {
    if (path.empty() && others.empty()) return true;
    SceneImage image;
    const auto chosen = choosePath(path, {{"/usr/bin/replaced"}, nullptr, nullptr});
    if (!chosen) return false;
    image.executable = *chosen;
    if (!fillImage(image, others, {})) return false;
    made.replaced = std::move(image);
    return true;
  }

  static bool parents(Scene& made, const Literals& path, const Literals& others, bool same) {
    SceneImage parent;
    parent.executable = "/usr/bin/parent";
    for (const Goal& each : path) {
      // Genuine or not is a matter of the file's owner as well.
      if (each.condition->kind == Kind::kGenuine && each.wanted) parent.fileUid = 0;
    }
    if (same) {
      parent.executable = made.process.executable;
    } else {
      const auto chosen = choosePath(path, {{parent.executable}, nullptr, nullptr});
      if (!chosen) return false;
      parent.executable = *chosen;
    }
    if (!fillImage(parent, others, {})) return false;
    made.above = {parent};
    return true;
  }

  // An image above of which all of `body` holds.
  static std::optional<SceneImage> imageAbove(const Goals& body) {
    std::optional<SceneImage> found;
    unsigned steps = 0;
    Expansion(steps).run(body, {}, [&](const Literals& all) {
      SceneImage image;
      Literals path, others;
      for (const Goal& each : all) {
        (ofProgram(each.condition->left.attribute) ? path : others).push_back(each);
      }
      const auto chosen = choosePath(path, {{"/usr/bin/above"}, nullptr, nullptr});
      if (!chosen) return false;
      image.executable = *chosen;
      if (!fillImage(image, others, {})) return false;
      found = std::move(image);
      return true;
    });
    return found;
  }

  static SceneImage aboveOthers() {
    SceneImage image;
    image.executable = "/usr/bin/above";
    image.args = {"above"};
    return image;
  }

  static bool ancestors(Scene& made, const std::vector<Goal>& goals) {
    std::map<std::uint32_t, Goals> placed;  // by generation: 1 stands in for the parent
    for (const Goal& goal : goals) {
      const bool some = !goal.element.empty() || goal.wanted;
      if (!some) continue;  // neutral ones are not like that
      Goals body = goal.element;
      if (body.empty()) body = {{&goal.condition->children.front(), true, {}, {}, {}}};
      if (goal.condition->generation != 0) {
        Goals& there = placed[goal.condition->generation];
        there.insert(there.end(), body.begin(), body.end());
        continue;
      }
      auto image = imageAbove(body);
      if (!image) return false;
      made.above.push_back(std::move(*image));
    }
    for (const auto& [generation, body] : placed) {
      auto image = imageAbove(body);
      if (!image || generation > kMostAbove) return false;
      const std::size_t at = generation - 1;
      while (made.above.size() < at) {
        made.above.push_back(aboveOthers());
      }
      if (at == 0) {
        made.above.front() = std::move(*image);
      } else {
        made.above.insert(made.above.begin() + static_cast<std::ptrdiff_t>(at), std::move(*image));
      }
    }
    if (made.above.front().pid == 1) return true;
    SceneImage top;
    top.executable = "/usr/sbin/top";
    top.args = {"top"};
    top.uid = top.effectiveUid = 0;
    made.above.push_back(top);
    return true;
  }

  // That the parent runs the same executable; other comparisons of two values are left to chance.
  static bool wantsSame(const Goal& goal) {
    return goal.condition->left.attribute == Attribute::kExecutable &&
           goal.condition->right->attribute == Attribute::kExecutable &&
           (goal.condition->op == analyzer::Operator::kEqual) == goal.wanted;
  }

  static bool types(Scene& made, const Literals& typed) {
    if (typed.empty()) return true;
    const auto path = chooseText(typed, {});
    if (path) made.typed = *path;
    return path.has_value();
  }

  const Wish& wish_;
  const Accept& accept_;
  bool script_ = false;
  std::string given_;
  unsigned steps_ = 0;
  unsigned scenes_ = 0;
  std::optional<Scene> found_;
};

}  // namespace

std::optional<Scene> solve(const Wish& wish, const Accept& accept) {
  return Solver(wish, accept).run();
}

}  // namespace exectrail::replay
