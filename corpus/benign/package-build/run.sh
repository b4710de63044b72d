#!/bin/sh
# A developer builds a Debian package, whose build runs a test it has just compiled; root installs
# and removes it, which runs its maintainer scripts.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/greet-1.0/debian
cd /home/alice/greet-1.0

cat >greet.c <<'C'
#include <stdio.h>
int main(void) { return puts("hello") == EOF; }
C
cat >greet_test.c <<'C'
#include <stdio.h>
#include <string.h>
int main(void) {
  char line[16] = "";
  FILE *output = popen("./greet", "r");
  if (output == NULL || fgets(line, sizeof line, output) == NULL) return 1;
  return pclose(output) != 0 || strcmp(line, "hello\n") != 0;
}
C
cat >debian/control <<'CONTROL'
Source: greet
Section: misc
Priority: optional
Maintainer: Nobody <nobody@example.org>
Standards-Version: 4.6.2
Rules-Requires-Root: no

Package: greet
Architecture: any
Description: says hello
 A package with a program, a test and maintainer scripts.
CONTROL
cat >debian/changelog <<'CHANGELOG'
greet (1.0-1) unstable; urgency=medium

  * First.

 -- Nobody <nobody@example.org>  Thu, 01 Jan 2026 00:00:00 +0000
CHANGELOG
cat >debian/rules <<'RULES'
#!/usr/bin/make -f
root = debian/greet

build build-arch: greet greet_test
	./greet_test
build-indep:
binary: binary-arch
binary-arch: build-arch
	install -D -m 755 greet $(root)/usr/bin/greet
	install -D -m 755 debian/postinst $(root)/DEBIAN/postinst
	install -D -m 755 debian/prerm $(root)/DEBIAN/prerm
	dpkg-gencontrol -pgreet -P$(root)
	dpkg-deb --root-owner-group --build $(root) ..
binary-indep:
clean:
	rm -rf greet greet_test $(root) debian/files
CC = gcc
RULES
for script in postinst prerm; do
  printf '#!/bin/sh\nset -e\n/usr/bin/greet >/dev/null\n' >debian/$script
done
chmod 755 debian/rules
chown -R 1000:1000 /home/alice

HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups dpkg-buildpackage -us -uc -b
dpkg -i ../greet_1.0-1_*.deb
dpkg -r greet
