// /proc/PID/cgroup of hosts with one hierarchy, with many and with both, and the names that
// container managers give.
#include "recorder/proc/cgroup.h"

#include <gtest/gtest.h>

namespace exectrail::recorder {
namespace {

const std::string kId = "4f0c1d2e3b4a59687f0e1d2c3b4a59687f0e1d2c3b4a59687f0e1d2c3b4a5968";
const std::string kOther = "00000000000000000000000000000000000000000000000000000000000000ff";

TEST(CgroupPath, OfTheUnifiedHierarchy) {
  EXPECT_EQ(cgroupPath("0::/system.slice/cron.service\n"), "/system.slice/cron.service");
  EXPECT_EQ(cgroupPath("0::/\n"), "/");
  EXPECT_EQ(cgroupPath("0::/a:b::c"), "/a:b::c");
  EXPECT_EQ(cgroupPath("0::/../../other"), "/../../other");
  EXPECT_EQ(cgroupPath("4:memory:/m\n1:name=systemd:/s\n0::/user.slice\n"), "/user.slice");
}

TEST(CgroupPath, OfOlderHierarchiesWhereTheUnifiedOneIsNotUsed) {
  EXPECT_EQ(cgroupPath("9:name=systemd:/init.scope\n4:memory:/m\n0::/\n"), "/init.scope");
  EXPECT_EQ(cgroupPath("9:name=systemd:/\n4:memory:/m\n0::/\n"), "/m");
  EXPECT_EQ(cgroupPath("9:name=systemd:/\n4:memory:/\n"), "/");
  EXPECT_EQ(cgroupPath("4:memory:/m\n"), "/m");
}

TEST(CgroupPath, WhereNothingHasMountedControlGroups) {
  EXPECT_EQ(cgroupPath(""), "");
  EXPECT_EQ(containerIdIn(""), "");
}

TEST(CgroupPath, LinesThatAreNone) {
  EXPECT_EQ(cgroupPath("\n\n"), std::nullopt);
  EXPECT_EQ(cgroupPath("0:\n0::\n0::relative\n1:cpu:/x\n"), std::nullopt);
  EXPECT_EQ(cgroupPath("garbage\n0::/kept\n"), "/kept");
  EXPECT_EQ(cgroupPath("0:cpu:/x\n"), std::nullopt);
}

TEST(Container, NamesOfManagers) {
  for (const std::string& path : {
           "/docker/" + kId,
           "/system.slice/docker-" + kId + ".scope",
           "/system.slice/docker-" + kId + ".scope/init.scope",
           "/kubepods/besteffort/pod3b1f2a4c-0000-1111-2222-333344445555/" + kId,
           "/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod3b1f2a4c_0000.slice/"
           "cri-containerd-" +
               kId + ".scope",
           "/kubepods.slice/kubepods-pod1.slice/crio-" + kId + ".scope",
           "/system.slice/containerd.service/kubepods-besteffort-pod1.slice:cri-containerd:" + kId,
           "/machine.slice/libpod-" + kId + ".scope/container",
           "/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" + kId + ".scope",
           "/ecs/task/" + kId,
           "/../../system.slice/docker-" + kId + ".scope",
           "/docker/" + kId + " (deleted)",
       }) {
    EXPECT_EQ(containerIdOf(path), kId) << path;
  }
  EXPECT_EQ(containerIdOf("/lxc.payload.web/init.scope"), "web");
  EXPECT_EQ(containerIdOf("/lxc/web"), "web");
  EXPECT_EQ(containerIdOf("/lxc.payload/web/x"), "web");
  EXPECT_EQ(containerIdOf("/machine.slice/systemd-nspawn@db.service/payload"), "db");
  EXPECT_EQ(containerIdOf("/machine.slice/machine-db.scope"), "db");
}

TEST(Container, TheInnermostOne) {
  EXPECT_EQ(containerIdOf("/docker/" + kOther + "/docker/" + kId), kId);
  EXPECT_EQ(containerIdOf("/lxc.payload.web/system.slice/docker-" + kId + ".scope"), kId);
}

TEST(Container, None) {
  for (const std::string& path :
       {std::string("/"), std::string(""), std::string("//"), std::string("/docker"),
        std::string("/lxc"), std::string("/lxc.payload."), std::string("/init.scope"),
        std::string("/user.slice/user-1000.slice/session-2.scope"),
        std::string("/machine.slice/machine-qemu\\x2d1\\x2dvm.scope"),
        std::string("/machine.slice/systemd-nspawn@.service"), "/docker/" + kId.substr(1),
        "/docker/" + kId + "0", "/x" + kId, "/docker/" + std::string(64, 'g'),
        "/docker/" + std::string(64, 'A'), "/machine.slice/libpod-conmon-" + kId + ".scope",
        "/system.slice/crio-conmon-" + kId + ".scope", std::string(5000, '/')}) {
    EXPECT_EQ(containerIdOf(path), "") << path;
  }
}

TEST(Container, InAnyHierarchy) {
  EXPECT_EQ(containerIdIn("9:name=systemd:/docker/" + kId + "\n0::/\n"), kId);
  EXPECT_EQ(containerIdIn("3:cpu:/\n2:memory:/docker/" + kId + "\n"), kId);
  EXPECT_EQ(containerIdIn("2:memory:/docker/" + kOther + "\n0::/docker/" + kId + "\n"), kId);
  EXPECT_EQ(containerIdIn("0::/system.slice\n"), "");
  EXPECT_EQ(containerIdIn("nonsense"), "");
}

}  // namespace
}  // namespace exectrail::recorder
