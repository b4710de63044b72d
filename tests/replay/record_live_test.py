#!/usr/bin/env python3
# record-live for real: every scenario of the corpus is recorded anew and must keep its verdict, the
# host must stay as it was, and whatever goes wrong must leave the old recording alone.
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import time

import programs

CORPUS = os.path.join(programs.ROOT, "corpus")
AT_ONCE = 3
CORPUS_WITHIN = 2400  # seconds, also emulated on a busy machine
GUARD = """[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || exit 97\n"""


def host_state():
    """What a leaking sandbox would change first."""
    with open("/proc/self/mountinfo") as mounts, open("/proc/net/dev") as network:
        interfaces = sorted(line.split(":")[0].strip() for line in network if ":" in line)
        return {"mounts": mounts.read(), "host": os.uname().nodename, "interfaces": interfaces,
                "/scenario": os.path.exists("/scenario"), "/home": sorted(os.listdir("/home")),
                "dpkg": os.stat("/var/lib/dpkg/status").st_mtime_ns}


def scenarios():
    """Folders of those to record: all, unless EXECTRAIL_CORPUS_EVERY=N asks for less, because each takes
    long: then those with failed attempts, in which kernels differ most, and each N-th of the others."""
    every = int(os.environ.get("EXECTRAIL_CORPUS_EVERY", "1"))
    attempts, others = [], []
    for path in sorted(glob.glob(CORPUS + "/*/*/scenario.yaml")):
        with open(path) as file:
            (attempts if "- attempt:" in file.read() else others).append(os.path.dirname(path))
    return sorted(attempts + others[::every])


def running(marker):
    """Processes that have `marker` on their command line."""
    found = []
    for path in glob.glob("/proc/[0-9]*/cmdline"):
        try:
            with open(path, "rb") as file:
                if marker.encode() in file.read():
                    found.append(path)
        except OSError:
            pass  # has ended meanwhile
    return found


def may_be_skipped(reason):
    """For want of a package that a scenario of the corpus calls large, or of a file that no package has."""
    if "needs the file /" in reason:
        return True
    needed = re.search(r"needs the package ([a-z0-9.+-]+):", reason)
    names = set()
    for path in glob.glob(CORPUS + "/*/*/scenario.yaml"):
        with open(path) as file:
            names.update(re.findall(r"large-package:([a-z0-9.+-]+)", file.read()))
    return needed is not None and needed[1] in names


class RecordLive(programs.LiveCase):
    def scenario(self, run, name="attack/x"):
        self.folder_of_x = self.path("corpus/" + name)
        os.makedirs(self.folder_of_x)
        self.write(f"corpus/{name}/scenario.yaml",
                   "story: A test.\nattack: [T1204]\nneeds: [root]\n"
                   "misses: [{rule: none/none, why: it is a test}]\n")
        self.write(f"corpus/{name}/run.sh", GUARD + run)
        return self.folder_of_x

    def record(self, *words, **options):
        return self.run_words("replay", "record-live", *words, **options)

    def test_disguises_are_run_and_told_apart(self):
        self.write("mine.yaml", "recipe: mine\nversion: 1.0.0\ntitle: Mine\nseverity: high\n"
                   "attack: [TA0002/T1204]\njudge: {results: [ok]}\n"
                   "when: file.path under ['/srv/mine']\n")
        result = self.run_words("replay", "mutate", "--attacks", "--no-builtin", "--recipes", "mine.yaml",
                                "--format", "json")
        self.expect(result, 0)
        lines = [json.loads(line) for line in result.stdout.splitlines()]
        outcomes = {line["disguise"]: line["outcome"] for line in lines if "disguise" in line}
        print(outcomes)
        # The kernel names the file; of a loader it names the loader, of a memory file no place at all.
        for disguise in ("as it is", "renamed", "copied", "hard link", "symbolic link", "relative path",
                         "other argv[0]", "arguments padded", "double fork"):
            self.assertEqual("itself", outcomes[disguise], disguise)
        for disguise in ("dynamic loader", "memory file"):
            self.assertEqual("missed", outcomes[disguise], disguise)
        self.assertEqual({"itself": 9, "companion": 0, "missed": 2, "undecided": 0}, lines[-1]["totals"])

    def test_the_corpus_keeps_its_verdicts(self):
        before = host_state()
        recordings = sorted(path for folder in scenarios() for path in glob.glob(folder + "/trace*"))
        times = [os.stat(path).st_mtime_ns for path in recordings]
        said = self.record_corpus("fresh")
        print(said)
        # A program that ends at once can take its arguments with it; the recorder says so and the verdict
        # is open. That it is so each time would be another matter.
        for name in sorted(set(re.findall(r"^INCONCLUSIVE +(\S+)", said, re.M))):
            self.expect_decided(name)
        self.assertEqual(before, host_state())
        self.assertEqual(times, [os.stat(path).st_mtime_ns for path in recordings])
        skipped = re.findall("^SKIP .*", said, re.M)
        fresh = glob.glob(self.path("fresh/*/*/trace*"))
        self.assertGreater(len(fresh), 0)
        if os.environ.get("CI", "false") != "false":
            # scripts/setup --scenarios installs what scenarios need, but for what they call large.
            self.assertEqual([], [line for line in skipped if not may_be_skipped(line)])
        if not skipped:
            self.assertEqual(len(recordings), len(fresh))

    def record_corpus(self, output):
        """Records scenarios, some at a time: one is mostly waiting, a second each. What was said."""
        folders = scenarios()
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            results = list(pool.map(
                lambda part: self.record(*part, "--output-dir", self.path(output), "--timeout", str(max(300, 2 * programs.TIMEOUT)),
                                         timeout=CORPUS_WITHIN),
                [folders[first::AT_ONCE] for first in range(AT_ONCE)]))
        said = "".join(result.stdout.decode() for result in results)
        wrong = re.findall(r"^(?:FAIL|ERROR) .*(?:\n .*)*", said, re.M)
        wrong += [result.stderr.decode() for result in results if result.stderr]
        self.assertEqual([], wrong, "\n" + "\n".join(wrong))
        for result in results:  # what is open is no success
            self.expect(result, 1 if b" 0 inconclusive" not in result.stdout else 0, stdout=" 0 failed, ")
        return said

    # Of nine hundred programs, as benign/initramfs starts, one is enough: it is open more often than not.
    def expect_decided(self, name):
        for attempt in range(20):
            result = self.record(os.path.join(CORPUS, name), "--output-dir", self.path(f"{attempt}"))
            print(result.stdout.decode())
            if " 0 inconclusive" in result.stdout.decode():
                self.expect(result, 0, stdout=" 0 failed, ")
                return
            self.expect(result, 1, stdout=" 0 failed, ")
            shutil.rmtree(self.path(f"{attempt}"))
        self.fail(f"{name} was open each time")

    def test_a_recording_replays(self):
        folder = self.scenario("sh -c 'sleep 0.1; true' marker-of-x\n")
        self.expect(self.record(folder), 0, stdout=["PASS", "attack/x"], stderr=[])
        self.expect(self.run_words("replay", "run", folder), 0, stdout="1 passed")
        dump = self.run_words("trace", "dump", os.path.join(folder, "trace.trail"))
        self.expect(dump, 0, stdout=["marker-of-x", "host exectrail", "creator top[external]"])
        for private in (os.uname().nodename, self.folder, "record-live"):
            self.assertNotIn(private, dump.stdout.decode())

    def test_the_sandbox_is_a_place_of_its_own(self):
        folder = self.scenario(
            "set -eu\n"
            "[ \"$(hostname)\" = exectrail ]\n"
            "[ \"$(pwd)\" = / ]\n"
            "[ \"$(ls -A /tmp /var/tmp /dev/shm /root | grep -v : | tr -d '\\n')\" = '' ]\n"
            "[ \"$(env | cut -d= -f1 | sort | tr '\\n' ' ')\" = "
            "'EXECTRAIL_SANDBOX HOME LANG PATH PWD ' ]\n"
            "[ \"$(ls /sys/class/net)\" = lo ]\n"
            "echo changed >/etc/hostname\n"
            "if echo core >/proc/sys/kernel/core_pattern; then exit 11; fi\n"
            "if touch /scenario/x; then exit 12; fi\n"
            "if mknod /tmp/disk b 254 0; then exit 13; fi\n"
            "cat /proc/self/loginuid | grep -qx 4294967295\n")
        before = host_state()
        # On a busy machine too little may be known of one of its programs: that is not what is asked here.
        for _ in range(5):
            result = self.record(folder)
            if b"INCONCLUSIVE" not in result.stdout:
                break
        self.expect(result, 0, stderr=[])
        self.assertEqual(before, host_state())

    def test_the_hosts_devices_are_out_of_reach(self):
        # Mounting as such is root's; devtmpfs, which holds the nodes of all disks, is refused by whichever call.
        folder = self.scenario(
            "set -eu\n"
            "grep -qw devtmpfs /proc/filesystems\n"
            "mount -t tmpfs none /mnt\n"
            "umount /mnt\n"
            "if said=$(LC_ALL=C mount -t devtmpfs none /mnt 2>&1); then echo devtmpfs is mounted; exit 14; fi\n"
            "echo \"$said\" | grep 'permission denied'\n"
            "perl -e 'my ($fine, $refused) = qw(tmpfs devtmpfs); syscall(430, $fine, 0) >= 0 or die \"fsopen: $!\";"
            " syscall(430, $refused, 0) == -1 && $!{EPERM} or die \"fsopen of devtmpfs: $!\"'\n"
            "if mknod /tmp/disk b 254 0 2>/tmp/said; then exit 15; fi\n"
            "grep 'Operation not permitted' /tmp/said\n"
            "[ -z \"$(find /dev -type b)\" ]\n"
            "[ -c /dev/fuse ]\n")
        self.expect(self.record(folder), 0, stderr=[])

    def test_what_is_left_running_ends_with_it(self):
        folder = self.scenario("setsid sleep 4242.42 >/dev/null 2>&1 &\nsleep 0.1\n")
        self.expect(self.record(folder), 0)
        self.assertEqual([], running("4242.42"))

    def late(self, run):
        folder = self.scenario(run)
        with open(os.path.join(folder, "scenario.yaml"), "a") as file:
            file.write("recorder: late\n")
        return folder

    def test_what_is_older_than_the_recorder(self):
        folder = self.late("sh -c 'read word; sleep 0.1' older </dev/zero &\n"
                           "kill -STOP $$\nsh -c 'sleep 0.1; true' younger\n")
        before = host_state()
        self.expect(self.record(folder), 0, stdout=["PASS", "attack/x"], stderr=[])
        self.assertEqual(before, host_state())
        dump = self.run_words("trace", "dump", os.path.join(folder, "trace.trail")).stdout.decode()
        older = [line.split()[1] for line in dump.splitlines() if " older}" in line]
        younger = [line.split()[1] for line in dump.splitlines() if " younger}" in line]
        self.assertEqual((["snapshot"], ["exec"]), (older, younger), dump)
        self.assertNotIn("record-live", dump)

    def test_a_late_scenario_that_does_not_stop(self):
        folder = self.late("sleep 0.1\n")
        self.expect(self.record(folder), 3, stderr="did not stop itself")
        self.assertEqual(["run.sh", "scenario.yaml"], sorted(os.listdir(folder)))

    def test_a_late_scenario_that_goes_on_for_too_long(self):
        folder = self.late("kill -STOP $$\nsleep 4444.44\n")
        self.expect(self.record(folder, "--timeout", "2"), 3, stderr="did not end within 2 s")
        self.assertEqual([], running("4444.44"))

    def test_too_long(self):
        folder = self.scenario("sleep 4343.43\n")
        begin = time.monotonic()
        result = self.record(folder, "--timeout", "1")
        self.expect(result, 3, stderr="did not end within 1 s")
        self.assertLess(time.monotonic() - begin, 30)
        self.assertEqual([], running("4343.43"))
        self.assertEqual(["run.sh", "scenario.yaml"], sorted(os.listdir(folder)))

    def test_a_failing_script_keeps_the_old_recording(self):
        folder = self.scenario("echo it went wrong >&2\nexit 5\n")
        self.write("corpus/attack/x/trace.trail", "old")
        self.expect(self.record(folder), 3, stderr=["status 5", "it went wrong"])
        with open(os.path.join(folder, "trace.trail")) as file:
            self.assertEqual("old", file.read())
        self.assertEqual(["run.sh", "scenario.yaml", "trace.trail"], sorted(os.listdir(folder)))

    def test_a_script_without_a_guard_is_refused(self):
        folder = self.scenario("true\n")
        self.write("corpus/attack/x/run.sh", "true\n")
        self.expect_refusal(self.record(folder), 3, "no guard", "corpus/README.md")

    def test_unmet_needs_are_skipped_with_the_reason(self):
        folder = self.scenario("true\n")
        for need, reason in (("package:no-such-package", "needs the package no-such-package"),
                             ("file:/no/such-file", "needs the file /no/such-file")):
            self.write("corpus/attack/x/scenario.yaml",
                       f"story: A test.\nattack: [T1204]\nneeds: [\"{need}\"]\n"
                       "misses: [{rule: none/none, why: it is a test}]\n")
            self.expect(self.record(folder), 0, stdout=["SKIP", reason, "0 passed", "1 skipped"])

    def test_an_ordinary_user_is_refused(self):
        result = self.run_as_nobody("exectrail-replay", "record-live", CORPUS)
        self.expect_refusal(result, 3, "needs root", "sudo")

    def test_every_script_refuses_to_run_outside(self):
        for script in glob.glob(CORPUS + "/*/*/run.sh"):
            for shell in ("/bin/sh", "/bin/bash"):
                result = subprocess.run([shell, script], capture_output=True, cwd=self.folder,
                                        env={"EXECTRAIL_SANDBOX": "1", "PATH": "/nowhere"})
                self.assertEqual(97, result.returncode, script)


if __name__ == "__main__":
    programs.main()
