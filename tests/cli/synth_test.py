#!/usr/bin/env python3
# `trace synth`: what it makes is a trace like any other, for every command that reads one.
import hashlib

import programs


class Synth(programs.Case):
    def synth(self, *words, **options):
        result = self.run_words("trace", "synth", *words, **options)
        self.expect(result, 0, stderr=[])
        return result.stdout

    def test_every_scene(self):
        for scene in ("build", "webhost", "ci", "shell", "mixed"):
            with self.subTest(scene):
                out = self.path(scene + ".trail")
                self.synth("--scene", scene, "--execs", "2000", "-o", out)
                self.expect(self.run_words("trace", "verify", out), 0, stdout="intact")
                self.expect(self.run_words("trace", "info", out), 0,
                            stdout=["execs       2000 (0 without executable", "history     synthetic", "gaps        0"])
                self.expect(self.run_words("analyze", "--format", "json", out), 0)

    def test_the_same_seed(self):
        digests = [hashlib.sha256(self.synth("--seed", seed, "-o", "-")).hexdigest() for seed in "112"]
        self.assertEqual(digests[0], digests[1])
        self.assertNotEqual(digests[0], digests[2])


    def test_usage(self):
        self.expect(self.run_words("trace", "synth", "--scene", "opera", "-o", "-"), 2, stderr="opera", stdout=[])
        self.expect(self.run_words("trace", "synth"), 2, stderr="--output", stdout=[])
        out = self.write("t.trail", "x")
        self.expect_refusal(self.run_words("trace", "synth", "-o", out), 3, "exists already")


if __name__ == "__main__":
    programs.main()
