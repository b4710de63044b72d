#!/usr/bin/env python3
# verify-stream: streaming gives the bytes of the file; what is not whole is refused.
import os
import shutil

import programs

TRACE = os.path.join(programs.ROOT, "corpus", "attack", "download-then-run", "trace.root.trail")


class VerifyStream(programs.Case):
    def verify(self, *words):
        return self.run_words("replay", "verify-stream", *words)

    def test_a_file(self):
        self.expect(self.verify("--rounds", "1", TRACE), 0, stderr=[],
                    stdout=[" alerts, ", "the same in 1 round through a pipe, other batches"])

    def test_a_folder(self):
        # Two recordings: the second begins while somebody still follows the first.
        os.mkdir(self.path("trail"))
        shutil.copy(TRACE, self.path("trail/20260101T000000.000Z-aaaaaaaa-000001.trail"))
        self.expect(self.run_words("trace", "synth", "--execs", "40", "-o",
                                   self.path("trail/20260102T000000.000Z-bbbbbbbb-000001.trail")), 0)
        self.expect(self.verify("--rounds", "1", "--seed", "7", self.path("trail")), 0, stderr=[],
                    stdout=["the same in 1 round through a folder read in parts"])

    def test_what_is_not_whole(self):
        with open(TRACE, "rb") as file:
            self.write("cut.trail", file.read()[:-100])
        self.expect(self.verify(self.path("cut.trail")), 3, stderr=["is not whole"])
        os.mkdir(self.path("empty"))
        self.expect(self.verify(self.path("empty")), 3, stderr=["holds no traces"])


if __name__ == "__main__":
    programs.main()
