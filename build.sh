cd /tmp/wt/kernels && BNCORE_LEVELS=${1:-v4} .venv/bin/python setup.py -q build_ext --inplace 2>&1 | grep -vE "^\s*$" | tail -20
