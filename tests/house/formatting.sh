#!/bin/bash
# All C and C++ keeps to .clang-format. Versions of clang-format disagree, so only version 14 is asked;
# without it this test is skipped.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

for tool in clang-format-14 clang-format none; do
  command -v "$tool" >/dev/null && [[ $("$tool" --version) == *"version 14."* ]] && break
done
if [[ $tool == none ]]; then
  echo "skipped: no clang-format 14 here (scripts/setup --dev installs it on Debian 12)"
  exit 77
fi
find trace recorder analyzer replay tests bench corpus -name '*.h' -print0 -o -name '*.c' -print0 \
  -o -name '*.cpp' -print0 | xargs -0 "$tool" --dry-run -Werror ||
  { echo "to format: git ls-files '*.h' '*.c' '*.cpp' | xargs $tool -i" && exit 1; }
