#!/usr/bin/env python3
# What `rules convert --to` makes of a policy under which programs may not run, each checked by the tool that
# reads it.
import os
import shutil
import subprocess

import programs

POLICY = """apiVersion: security.kubearmor.com/v1
kind: KubeArmorHostPolicy
metadata: {name: nothing-from-here}
spec:
  process:
    matchPatterns:
    - pattern: FOLDER/a/*
    - pattern: FOLDER/b/**
    - pattern: '/opt/"x"/[a-c]{d,@}*'
    - pattern: /*/*/pip install*
    matchDirectories:
    - {dir: 'FOLDER/c d\\e%/', recursive: true}
    - {dir: /usr/, recursive: true}
    - {dir: /home/, fromSource: [{path: /bin/sh}]}
    - {dir: /srv/, ownerOnly: true}
    matchPaths:
    - path: /bin/nc
    - execname: n{c}
    - {path: /usr/bin/id, action: Audit}
    - {path: /usr/bin/ls, action: Allow}
  action: Block
"""
MOUNT = r"""# Lines of fstab(5): nothing below these directories may be executed. Where one is a mount of
# its own, add noexec to its options instead.
# nothing-from-here (policy.yaml)
FOLDER/c\040d\134e% FOLDER/c\040d\134e% none bind,nosuid,nodev,noexec 0 0
FOLDER/a FOLDER/a none bind,nosuid,nodev,noexec 0 0
FOLDER/b FOLDER/b none bind,nosuid,nodev,noexec 0 0
"""
SYSTEMD = r"""# A unit's drop-in, such as /etc/systemd/system/NAME.service.d/noexec.conf. Files that are not
# there when the unit starts are left out.
[Service]
# nothing-from-here (policy.yaml)
NoExecPaths=-/bin/nc
NoExecPaths="FOLDER/c d\\e%%"
NoExecPaths=FOLDER/a
NoExecPaths=FOLDER/b
"""
APPARMOR = r"""# Rules of apparmor.d(5), for the profile of what must not run these programs.
# nothing-from-here (policy.yaml)
deny "/bin/nc" x,
deny "/usr/bin/nc" x,
deny "/{,**/}n\{c\}" x,
deny "FOLDER/c d\\e%/**" x,
deny "/usr/**" x,
deny other "/srv/*" x,
deny "FOLDER/a/*" x,
deny "FOLDER/b/**" x,
deny "/opt/\"x\"/[a-c]{d,@}*" x,
"""
ALWAYS_LEFT = ("'/usr/bin/id': Audit refuses nothing", "'/usr/bin/ls': a whitelist does not name",
               "'/home/': 'fromSource' cannot be asked there")


class Hardening(programs.Case):
    def converted(self, target, expected, *left):
        """The text, after a look at it and at what is said of the rest."""
        policy = self.write("policy.yaml", POLICY.replace("FOLDER", self.folder))
        result = self.run_words("rules", "convert", "--to", target, policy)
        self.expect(result, 1, stderr=[f": nothing-from-here: {each}" for each in ALWAYS_LEFT + left])
        said = result.stderr.decode()
        self.assertEqual(said.count(": left out\n"), len(ALWAYS_LEFT + left), said)
        self.assertEqual(result.stdout.decode().replace(self.folder, "FOLDER"), expected)
        return result.stdout.decode()

    def tool(self, name, package):
        found = shutil.which(name, path=os.environ["PATH"] + ":/usr/sbin:/sbin")
        if found is None:
            self.skipTest(f"no {name}; package {package} has it")
        return found

    def check(self, *words):
        result = subprocess.run(words, capture_output=True, timeout=programs.TIMEOUT, cwd=self.folder)
        self.assertEqual(result.returncode, 0, result.stdout.decode() + result.stderr.decode())
        return result

    def test_mount(self):
        text = self.converted(
            "mount", MOUNT, "'/usr/': noexec refuses the libraries below it",
            "'/bin/nc': a mount is of a directory, not of a program",
            "'n{c}': a mount is of a directory, not of a program",
            "'/srv/': 'ownerOnly' cannot be asked there",
            "'/*/*/pip install*': a mount is of a directory, not of a pattern",
            "'/opt/\"x\"/[a-c]{d,@}*': a mount is of a directory, not of a pattern")
        for name in ("a", "b", "c d\\e%"):
            os.mkdir(self.path(name))
        findmnt = self.tool("findmnt", "util-linux")
        self.check(findmnt, "--verify", "--tab-file", self.write("fstab", text))

    def test_systemd(self):
        text = self.converted(
            "systemd", SYSTEMD, "'/usr/': noexec refuses the libraries below it", "'n{c}': a name is no path",
            "'/srv/': 'ownerOnly' cannot be asked there",
            "'/*/*/pip install*': NoExecPaths takes paths, not patterns",
            "'/opt/\"x\"/[a-c]{d,@}*': NoExecPaths takes paths, not patterns")
        verify = self.tool("systemd-analyze", "systemd")
        os.mkdir(self.path("x.service.d"))
        unit = self.write("x.service", "[Service]\nExecStart=/bin/true\n")
        for name, content, wrong in (("good", text, False), ("bad", text.replace("=/", "=./"), True)):
            self.write("x.service.d/noexec.conf", content)
            self.assertEqual(b"noexec.conf" in self.check(verify, "verify", unit).stderr, wrong, name)

    def test_apparmor(self):
        text = self.converted("apparmor", APPARMOR, "'/*/*/pip install*': AppArmor knows no arguments")
        parser = self.tool("apparmor_parser", "apparmor")
        profile = self.write("profile", "profile exectrail-test {\n" + text + "}\n")
        self.check(parser, "--skip-kernel-load", "--skip-cache", profile)

    def test_nothing_to_enforce(self):
        rule = self.write("rule.yml", "title: T\nlogsource: {product: linux, category: process_creation}\n"
                                      "level: low\ndetection: {s: {Image: /tmp/x}, condition: s}\n")
        self.expect(self.run_words("rules", "convert", "--to", "mount", rule), 1,
                    stderr="a rule of sigma refuses nothing", stdout=[])
        for words in (["--workloads", "pods.json"], ["--kubearmor-globs", "telemetry"]):
            self.expect(self.run_words("rules", "convert", "--to", "systemd", *words, rule), 2,
                        stderr="leave them out", stdout=[])
        self.expect(self.run_words("rules", "convert", "--to", "selinux", rule), 2, stderr="--to", stdout=[])

    def test_all_of_it(self):
        policy = self.write("tmp.yaml", "kind: KubeArmorHostPolicy\nmetadata: {name: tmp}\nspec: {process: "
                                        "{matchDirectories: [{dir: /tmp/, recursive: true}]}}\n")
        for target in ("mount", "systemd", "apparmor"):
            self.expect(self.run_words("rules", "convert", "--to", target, policy), 0, stderr=[], stdout="/tmp")


if __name__ == "__main__":
    programs.main()
