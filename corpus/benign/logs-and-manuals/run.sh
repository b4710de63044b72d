#!/bin/sh
# Logs are rotated by a daily job, the index of the manual is built, a page is read.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

case $1 in
  logrotate)
    mkdir -p /var/log/greet
    echo line >/var/log/greet/greet.log
    cat >/root/rotate.conf <<'R'
/var/log/greet/greet.log {
  rotate 2
  compress
  postrotate
    test -d /var/log/greet
  endscript
}
R
    mkdir -p /etc/cron.hourly
    printf '#!/bin/sh\nexec /usr/sbin/logrotate -f -s /var/lib/greet.status /root/rotate.conf\n' >/etc/cron.hourly/rotate
    chmod 755 /etc/cron.hourly/rotate
    run-parts /etc/cron.hourly
    ;;
  manual)
    mkdir -p /usr/local/man/man1
    printf '.TH GREET 1\n.SH NAME\ngreet \\- says hello\n' >/usr/local/man/man1/greet.1
    mandb -q -c /usr/local/man
    MANPATH=/usr/local/man man -P cat greet >/dev/null
    ;;
esac
