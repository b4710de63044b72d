#!/bin/sh
# Root builds an RPM package with scriptlets, has dnf install it, upgrade it from a repository and remove it.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

repository=/srv/repository
mkdir -p /home/bob/rpmbuild/SPECS $repository /etc/yum.repos.d
# rpm knows none of Debian's packages: this one provides its scriptlets' shell itself.
publish() {
  cat >/home/bob/rpmbuild/SPECS/hello.spec <<EOF
Name: hello
Version: $1
Release: 1
Summary: A package with scriptlets
License: Public Domain
BuildArch: noarch
AutoReqProv: no
Provides: /bin/sh

%description
A package with scriptlets.

%install
mkdir -p %{buildroot}/usr/share/hello
echo hello >%{buildroot}/usr/share/hello/text

%files
/usr/share/hello/text

%pre
getent group hello >/dev/null || groupadd -r hello
getent passwd hello >/dev/null || useradd -r -g hello -d /var/lib/hello -s /usr/sbin/nologin hello
mkdir -p /var/lib/hello
%post
date >/var/lib/hello/installed
%preun
rm -f /var/lib/hello/installed
%postun
rmdir /var/lib/hello 2>/dev/null || true
%posttrans
test -d /var/lib/hello
EOF
  HOME=/home/bob rpmbuild -bb --define "_rpmdir $repository" /home/bob/rpmbuild/SPECS/hello.spec </dev/null
  createrepo_c --quiet --update $repository </dev/null
}
cat >/etc/yum.repos.d/local.repo <<EOF
[local]
name=Local packages
baseurl=file://$repository
gpgcheck=0
metadata_expire=0
EOF
publish 1
dnf -q -y --releasever=1 install $repository/noarch/hello-1-1.noarch.rpm </dev/null
publish 2
dnf -q -y --refresh --releasever=1 upgrade hello </dev/null
dnf -q -y --releasever=1 remove hello </dev/null
