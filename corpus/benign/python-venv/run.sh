#!/bin/sh
# A developer makes a virtual environment in a project and runs a module in it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/project/tests
cd /home/alice/project
printf 'def add(a, b):\n    return a + b\n' >sums.py
cat >tests/test_sums.py <<'T'
import subprocess
import sys
import unittest
import sums

class Sums(unittest.TestCase):
    def test_add(self):
        self.assertEqual(sums.add(1, 2), 3)
    def test_program(self):
        subprocess.run([sys.executable, "-c", "import sums"], check=True)
T
chown -R 1000:1000 /home/alice
as_alice /usr/bin/python3 -m venv --without-pip .venv
as_alice .venv/bin/python -m unittest -q tests.test_sums
