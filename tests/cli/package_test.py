#!/usr/bin/env python3
# The Debian package: what it depends on, and that its programs run from where it puts them.
import os
import re
import subprocess
import sys

import programs


class Package(programs.Case):
    def test_package(self):
        build = os.path.dirname(programs.BIN)
        made = subprocess.run(
            ["cpack", "--config", os.path.join(build, "CPackConfig.cmake"), "-B", self.folder],
            cwd=build, capture_output=True, text=True, timeout=programs.TIMEOUT)
        self.assertEqual(made.returncode, 0, made.stderr)
        package, = [name for name in os.listdir(self.folder) if name.endswith(".deb")]
        package = os.path.join(self.folder, package)

        control = subprocess.run(["dpkg-deb", "--field", package], capture_output=True, text=True,
                                 check=True).stdout
        for needed in ("libtracefs1", "libtraceevent1", "libcapnp", "libre2", "libzstd1"):
            self.assertRegex(control, rf"(?m)^Depends:.*\b{re.escape(needed)}")

        root = os.path.join(self.folder, "root")
        subprocess.run(["dpkg-deb", "--extract", package, root], check=True)
        listed = subprocess.run([os.path.join(root, "usr/bin/exectrail"), "recipes", "list"],
                                capture_output=True, text=True, timeout=programs.TIMEOUT)
        self.assertEqual(listed.returncode, 0, listed.stderr)
        self.assertIn("exec_from_unusual_dir", listed.stdout)
        # Nothing of where it was built.
        for directory, _, files in os.walk(root):
            for name in files:
                with open(os.path.join(directory, name), "rb") as file:
                    self.assertNotIn(programs.ROOT.encode(), file.read(), name)


if __name__ == "__main__":
    if subprocess.run(["sh", "-c", "command -v cpack && command -v dpkg-shlibdeps"],
                      stdout=subprocess.DEVNULL).returncode != 0:
        print("skipped: cpack or dpkg-shlibdeps is missing")
        sys.exit(programs.SKIPPED)
    programs.main()
