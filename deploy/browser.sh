#!/usr/bin/env bash
# Finds a Chromium for the browser tests, or installs one, and prints its path.
set -eu
find_browser() {
  for name in "$@"; do
    [ -n "$name" ] && command -v "$name" && return 0
  done
  return 1
}
install() {
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" fonts-dejavu-core
}
# The headless shell is the same engine without a window's parts: tests take half of the processor. What a whole
# browser does by itself (it sends later what waits) is tested in one.
shell="chromium-headless-shell chrome-headless-shell"
whole="chromium chromium-browser google-chrome"
find_browser "${STORMOPS_BROWSER:-}" && exit 0
for wanted in "$shell" "$whole"; do
  if ! find_browser $wanted >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing ${wanted%% *} from the system's packages (once)…" >&2
    { apt-get update -qq && install "${wanted%% *}"; } >/dev/null 2>&1 || true
  fi
done
find_browser $shell $whole && exit 0
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
