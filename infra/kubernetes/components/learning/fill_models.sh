#!/bin/sh
# Copies the model versions of the image to the shared volume, those that are not there yet, and leaves the rest alone.
# Several pods may do this at once: a version gets its name when it is complete, and names that begin with a dot are not
# looked at.
set -eu
from=${1:-/app/models} to=${2:-/models}

for version in "$from"/*/*/; do
    version=${version%/}
    name=${version#"$from"/}
    [ -e "$to/$name" ] && continue
    partial="$to/${name%/*}/.filling-${HOSTNAME:-$$}"
    rm -rf "$partial"
    mkdir -p "${partial%/*}"
    cp -R "$version" "$partial"
    mv -T "$partial" "$to/$name" 2>/dev/null || rm -rf "$partial"  # another pod was faster
done

for pointer in "$from"/*/current; do
    name=${pointer#"$from"/}
    partial="$to/${name%/*}/.current-${HOSTNAME:-$$}"
    cp "$pointer" "$partial"
    mv -n "$partial" "$to/$name"  # a curator or a refinement may have chosen a version already
    rm -f "$partial"
done
