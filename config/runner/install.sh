#!/bin/sh
# Usage: install.sh runtime|everything
# Puts the locked packages into .venv, from the package cache when they are there. Done once for each state of the lock file:
# later calls return at once and need no network. `runtime` never takes away what `everything` installed.
set -eu
cd "$(dirname "$0")/../.."
want=$(cat uv.lock pyproject.toml | sha256sum | cut -c1-16)
case $1 in
    runtime) groups="--no-default-groups --group local" stamps=".venv/.everything .venv/.runtime" ;;
    everything) groups="--all-groups" stamps=".venv/.everything" ;;
    *) echo "usage: install.sh runtime|everything" >&2; exit 2 ;;
esac
for stamp in $stamps; do
    [ "$(cat "$stamp" 2>/dev/null)" = "$want" ] && exit 0
done

python=${PYTHON:-}
if [ -z "$python" ]; then
    for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            python=$candidate
            break
        fi
    done
fi
if [ -z "$python" ]; then
    echo "Doorstep needs Python 3.11 or newer; none was found. Install one, or name it: make up PYTHON=/path/to/python3" >&2
    exit 1
fi
# What the shell finds may be a shim that reads files outside the clone; the interpreter itself is what the environment needs.
python=$("$python" -c 'import sys; print(sys.executable)')

# Certificates of the system, as pip uses them, so that a company's own are known. (The second name is for older uv.)
export UV_SYSTEM_CERTS=1 UV_NATIVE_TLS=1
export UV_PYTHON_DOWNLOADS=never UV_NO_PROGRESS=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
mkdir -p .tools
uv=$(command -v uv || true)
if [ -z "$uv" ]; then
    uv=$PWD/.tools/uv/bin/uv
    if [ ! -x "$uv" ]; then
        "$python" -m pip --version >/dev/null 2>&1 || {
            echo "Doorstep needs uv, or pip to fetch it. Install one: apt-get install python3-pip" >&2
            exit 1
        }
        echo "Fetching uv (once) ..."
        # Into a folder of the clone, which systems that refuse global installs allow.
        # pip asks rustc for its version, and rustup's rustc would make a folder in HOME on that occasion.
        RUSTUP_HOME="$PWD/.tools/rustup" "$python" -m pip install --quiet --target .tools/uv uv || { rm -rf .tools/uv; exit 1; }
    fi
fi
echo "Installing packages ($1) ..."
[ -x .venv/bin/python ] || "$uv" venv --quiet --clear --no-project --python "$python" .venv
"$uv" export --quiet --frozen --no-emit-project $groups --output-file ".tools/$1.txt" >/dev/null
"$uv" pip sync --quiet --require-hashes --python .venv/bin/python ".tools/$1.txt"
rm -f .venv/.runtime .venv/.everything
echo "$want" > ".venv/.$1"
