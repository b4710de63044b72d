#!/bin/sh
# Archivers, pagers, editors, interpreters and others run commands through a shell, as their options and configuration say.
[ "${EXECTRAIL_SANDBOX:-}" = 1 ] && [ $$ -eq 2 ] || { echo "only below: exectrail replay record-live" >&2; exit 97; }
set -eu

mkdir -p /home/alice/project
cd /home/alice/project
cat >../commands <<'EOF'
set -eu
seq 1 20000 >numbers
tar czf a.tar.gz numbers
tar xzf a.tar.gz
tar cf b.tar.gz --use-compress-program='gzip -9' numbers
tar cf c.tar.gz -I 'gzip -1' numbers
tar xf a.tar.gz --to-command='sha256sum >$TAR_FILENAME.sum'
tar cf d.tar numbers --checkpoint=10 --checkpoint-action=exec='echo $TAR_CHECKPOINT'
zip -q a.zip numbers -T -TT 'unzip -tqq'
rsync -e 'ssh -p 22' --dry-run numbers copy
sort -S 32k --compress-program=gzip -r numbers >/dev/null
split -l 10000 --filter='gzip >$FILE.gz' numbers part
find . -name 'part*' -exec sh -c 'gzip -t "$1"' sh {} ';'
ls part* | xargs -n1 sh -c 'gzip -l "$0"'
sed -n '1e date' numbers
awk 'NR == 1 { system("date") }' numbers
printf 'x:\n\tcd . && date\n\t/bin/sh -c date\n' >Makefile
make -s x
git init -q
git config alias.s '!git status --short'
git config alias.shell-quote '!sh -c "date"'
git s
git shell-quote
git config core.editor 'sh -c "echo message >\"\$1\"" -'
git -c user.name=alice -c user.email=alice@example.org commit -q --allow-empty
git -c core.pager='less -FX' log
script -qec 'git -c core.pager="sh -c cat" log' /dev/null
printf '!date\nq\n' | ed -s
sqlite3 /dev/null '.shell date'
ssh -o ProxyCommand='sh -c "exit 1"' somewhere true || true
python3 -c 'import subprocess; subprocess.run("date; date", shell=True); subprocess.run(["sh", "-c", "date"])'
perl -e 'system "date; date"; exec "sh", "-c", "date; date"'
script -qec 'PAGER="less -FX" man -P "less -FX" -w sh' /dev/null
nice -n 5 sh -c 'date; date'
env LC_ALL=C sh -c 'date; date'
echo date >script
env LC_ALL=C sh script
sh <script
EOF
chown -R 1000:1000 /home/alice
HOME=/home/alice setpriv --reuid=1000 --regid=1000 --clear-groups sh ../commands >/home/alice/log 2>&1 || { cat /home/alice/log >&2; exit 1; }
