#!/bin/sh
# Builds the kernel and executes every notebook; fails if a cell does. With -w the outputs are
# saved in the notebooks, else they are thrown away. With names only those are executed.
#
#	check.sh [-w] [NOTEBOOK ...]
#
# It needs Go and nbconvert (apt-get install --no-install-recommends jupyter-nbconvert), and
# leaves the kernels that are installed alone.
set -eu
cd "$(dirname "$0")"
if ! jupyter nbconvert --version >/dev/null 2>&1; then
	echo "check.sh: nbconvert was not found: install it (pip install nbconvert, or" \
		"apt-get install --no-install-recommends jupyter-nbconvert), and run this again" >&2
	exit 1
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
output=--output-dir=$scratch
if [ "${1-}" = -w ]; then
	output=--inplace
	shift
fi
if [ $# -eq 0 ]; then set -- *.ipynb; fi

export JUPYTER_PATH="$scratch/share/jupyter"
go run ./install -prefix "$scratch"
jupyter nbconvert --to notebook --execute "$output" \
	--ExecutePreprocessor.timeout=600 --ExecutePreprocessor.record_timing=False "$@"
