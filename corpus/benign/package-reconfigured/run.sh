#!/bin/sh
# Root has a package ask its questions again.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

export DEBIAN_FRONTEND=noninteractive
dpkg-reconfigure debconf
debconf-show debconf >/dev/null
dpkg-divert --local --rename --add /etc/issue >/dev/null
printf '#!/bin/sh\ntrue\n' >/usr/local/bin/editor-1
chmod 755 /usr/local/bin/editor-1
update-alternatives --quiet --install /usr/local/bin/editor-of-choice editor-of-choice /usr/local/bin/editor-1 10
editor-of-choice
ldconfig
