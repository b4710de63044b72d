#!/bin/sh
# A developer packs a project of Python; pip builds the package in a folder below /tmp and installs it in the home folder.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

as_alice() { HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups "$@"; }
mkdir -p /home/alice/sums
cd /home/alice/sums
cat >setup.py <<'P'
from setuptools import setup
setup(name="sums", version="1.0", py_modules=["sums"], entry_points={"console_scripts": ["sums = sums:main"]})
P
printf 'def main():\n    print(1 + 2)\n' >sums.py
chown -R 1000:1000 /home/alice
as_alice python3 setup.py -q sdist
as_alice python3 -m pip install -q --user --break-system-packages --no-index --no-build-isolation dist/sums-1.0.tar.gz
as_alice /home/alice/.local/bin/sums
as_alice python3 -m pip wheel -q --no-index --no-build-isolation --no-deps -w /home/alice/wheels dist/sums-1.0.tar.gz
