#!/usr/bin/env bash
# Finds the nginx that serves the public tree in the tests, or unpacks one into .venv (no service is started, no root
# is needed where the lists of packages are at hand), and prints its path; prints nothing where there is none to be had.
set -eu
command -v nginx && exit 0
home=$(pwd)/.venv/nginx
if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
  echo "Unpacking nginx from the system's packages (once)…" >&2
  mkdir -p "$home"
  cd "$home"
  [ "$(id -u)" != 0 ] || apt-get update -qq >/dev/null 2>&1 || true
  apt-get download -qq nginx nginx-common >/dev/null 2>&1 || true
  for package in *.deb; do [ ! -e "$package" ] || dpkg-deb -x "$package" .; done
  rm -f -- *.deb
fi
if [ -x "$home/usr/sbin/nginx" ]; then
  echo "$home/usr/sbin/nginx"
else
  echo "No nginx here: the test of the public tree served from disk is skipped. Install nginx to run it." >&2
fi
