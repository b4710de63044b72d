#!/bin/sh
# Root upgrades a package to a new version from a repository on disk.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /srv/repository
cd /srv
build() {
  mkdir -p greet/DEBIAN greet/usr/bin greet/etc
  printf 'Package: greet\nVersion: %s\nArchitecture: all\nMaintainer: Nobody <nobody@example.org>\nDescription: says hello\n' "$1" >greet/DEBIAN/control
  echo /etc/greet.conf >greet/DEBIAN/conffiles
  echo "version=$1" >greet/etc/greet.conf
  for script in preinst postinst prerm; do
    printf '#!/bin/sh\nset -e\nif [ -x /usr/bin/greet ]; then /usr/bin/greet >/dev/null; fi\n' >greet/DEBIAN/$script
  done
  printf '#!/bin/sh\necho hello from %s\n' "$1" >greet/usr/bin/greet
  chmod 755 greet/usr/bin/greet greet/DEBIAN/p*
  dpkg-deb --root-owner-group -Zgzip --build greet "/srv/repository/greet_$1_all.deb" >/dev/null
  (cd repository && apt-ftparchive packages . >Packages)
}
echo 'deb [trusted=yes] file:/srv/repository ./' >/etc/apt/greet.list
apt="apt-get -q -o Dir::Etc::SourceList=/etc/apt/greet.list -o Dir::Etc::SourceParts=- -o APT::Sandbox::User=root"
export DEBIAN_FRONTEND=noninteractive
build 1.0
$apt update >/dev/null
$apt install -y greet >/dev/null
build 1.1
$apt update >/dev/null
$apt install -y --only-upgrade greet >/dev/null
dpkg --verify greet
dpkg-query -W greet >/dev/null
