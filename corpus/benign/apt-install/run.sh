#!/bin/sh
# Root installs, configures and removes a package that asks a question, from a repository on disk.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /root/build/greet/DEBIAN /root/build/greet/usr/bin /srv/repository
cd /root/build
cat >greet/DEBIAN/control <<'C'
Package: greet
Version: 1.0
Architecture: all
Maintainer: Nobody <nobody@example.org>
Depends: debconf
Description: says hello
 A package that asks a question.
C
cat >greet/DEBIAN/templates <<'T'
Template: greet/name
Type: string
Default: world
Description: Who is to be greeted?
T
cat >greet/DEBIAN/config <<'S'
#!/bin/sh
set -e
. /usr/share/debconf/confmodule
db_input medium greet/name || true
db_go || true
S
cat >greet/DEBIAN/postinst <<'S'
#!/bin/sh
set -e
. /usr/share/debconf/confmodule
db_get greet/name
echo "$RET" >/etc/greet
S
printf '#!/bin/sh\nrm -f /etc/greet\n' >greet/DEBIAN/postrm
printf '#!/bin/sh\necho hello "$(cat /etc/greet)"\n' >greet/usr/bin/greet
chmod 755 greet/DEBIAN/config greet/DEBIAN/postinst greet/DEBIAN/postrm greet/usr/bin/greet
dpkg-deb --root-owner-group -Zgzip --build greet /srv/repository/greet_1.0_all.deb >/dev/null
(cd /srv/repository && apt-ftparchive packages . >Packages)
echo 'deb [trusted=yes] file:/srv/repository ./' >/root/greet.list
apt="apt-get -q -o Dir::Etc::SourceList=/root/greet.list -o Dir::Etc::SourceParts=- -o APT::Sandbox::User=root"
export DEBIAN_FRONTEND=noninteractive
$apt update >/dev/null
$apt install -y greet >/dev/null
greet >/dev/null
$apt remove --purge -y greet >/dev/null
