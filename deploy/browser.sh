#!/usr/bin/env bash
# Finds a Chromium for the browser tests, or installs one, and prints its path.
set -eu
find_browser() {
  for name in "${STORMOPS_BROWSER:-}" chromium chromium-browser google-chrome; do
    [ -n "$name" ] && command -v "$name" && return 0
  done
  return 1
}
find_browser && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "Installing Chromium from the system's packages (once)…" >&2
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 || true
  find_browser && exit 0
fi
echo "Installing Chromium from a registry package (once)…" >&2
home=$(pwd)/.venv/browser
mkdir -p "$home"
npm install --silent --no-audit --no-fund --prefix "$home" @sparticuz/chromium@latest >&2
node --input-type=module -e "
import { createRequire } from 'node:module';
const require = createRequire('$home/package.json');
const { default: chromium } = await import(require.resolve('@sparticuz/chromium'));
console.log(await chromium.executablePath());
"
