#!/bin/sh
# Root builds an RPM package with scriptlets, installs, upgrades and removes it: rpm runs them from /var/tmp.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/bob/rpmbuild/SPECS
build() {
  cat >/home/bob/rpmbuild/SPECS/hello.spec <<EOF
Name: hello
Version: $1
Release: 1
Summary: A package with scriptlets
License: Public Domain
BuildArch: noarch

%description
A package with scriptlets.

%install
mkdir -p %{buildroot}/usr/share/hello
echo hello >%{buildroot}/usr/share/hello/text

%files
/usr/share/hello/text

%pre
mkdir -p /var/lib/hello
%post
date >/var/lib/hello/installed
%preun
rm -f /var/lib/hello/installed
%postun
rmdir /var/lib/hello 2>/dev/null || true
EOF
  HOME=/home/bob rpmbuild -bb /home/bob/rpmbuild/SPECS/hello.spec </dev/null
}
build 1
build 2
rpm -i --nodeps /home/bob/rpmbuild/RPMS/noarch/hello-1-1.noarch.rpm </dev/null
rpm -U --nodeps /home/bob/rpmbuild/RPMS/noarch/hello-2-1.noarch.rpm </dev/null
rpm -e hello </dev/null
