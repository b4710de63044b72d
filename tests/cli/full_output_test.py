#!/usr/bin/env python3
# Standard output that cannot take the answer: half an answer is no success.
import glob
import os
import subprocess

import programs

TRACE = sorted(glob.glob(os.path.join(programs.ROOT, "corpus", "attack", "*", "trace*.trail")))[0]
CORPUS = os.path.join(programs.ROOT, "corpus")


class FullOutput(programs.Case):
    def test_every_program_says_so(self):
        for words in (["trace", "dump", TRACE], ["trace", "info", TRACE],
                      ["analyze", "--format", "json", TRACE], ["recipes", "list"],
                      ["replay", "list", CORPUS], ["replay", "run", CORPUS]):
            with self.subTest(words), open("/dev/full", "wb") as full:
                result = subprocess.run(programs.program(*words), stdout=full,
                                        stderr=subprocess.PIPE, timeout=programs.TIMEOUT)
                self.assertEqual(3, result.returncode)
                self.assertIn(b"cannot write standard output", result.stderr)


if __name__ == "__main__":
    programs.main()
