#!/bin/sh
# Root's shell has an interpreter of the system read code of /tmp before it begins, by the
# variable that the variant names.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu
case $1 in
  bash)
    echo 'sleep 0.2' >/tmp/start
    BASH_ENV=/tmp/start bash -c true ;;
  python)
    echo 'import time; time.sleep(0.2)' >/tmp/sitecustomize.py
    PYTHONPATH=/tmp python3 -c pass ;;
  perl)
    echo 'select undef, undef, undef, 0.2; 1;' >/tmp/Start.pm
    PERL5LIB=/tmp PERL5OPT=-MStart perl -e 1 ;;
esac
rm -rf /tmp/start /tmp/sitecustomize.py /tmp/Start.pm /tmp/__pycache__
