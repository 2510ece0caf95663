# Read by start and check, never run by itself: makes .venv with what is locked, and sees to the
# system's part. Everything that is already done is left alone.
#
#   set_up run    what the program needs
#   set_up dev    that and what the checks need

PYTHON=.venv/bin/python
LOCKS=packaging/requirements

# What Qt loads from the system, by the names of Debian 12; later releases and Ubuntu know them too.
QT_PACKAGES="libglib2.0-0 libgl1 libegl1 libxkbcommon0 libfreetype6 libfontconfig1 libdbus-1-3"
WINDOW_PACKAGES="libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"

say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }

# As root, or as a person whose sudo asks nothing; otherwise says what to do and gives up.
# The first argument is what for, the others are Debian packages.
install_packages() {
    why=$1
    shift
    say "$why needs from the system: $*"
    command -v apt-get >/dev/null ||
        fail "Install these, by the names your system has for them, and run this again."
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif sudo -n true 2>/dev/null; then
        as_root="sudo -n"
    else
        fail "Run this first: sudo apt-get install $*"
    fi
    $as_root apt-get update -qq </dev/null >&2
    # What packages say while they set themselves up is news only where one of them fails.
    said=$($as_root env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get install -y \
        -qq -o Dpkg::Use-Pty=0 --no-install-recommends "$@" </dev/null 2>&1) || {
        say "$said"
        return 1
    }
}

# The newest Python that is supported and can make an environment, or nothing.
find_python() {
    for candidate in ${EVALDESK_PYTHON:-python3.13 python3.12 python3.11 python3 python}; do
        if "$candidate" -c '
import ensurepip, sys, venv
sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

make_environment() {
    "$PYTHON" -c '' 2>/dev/null && return
    found=$(find_python)
    if [ -z "$found" ]; then
        # A machine without Python has none of the rest either: ask once.
        if has_display; then windows=$WINDOW_PACKAGES; else windows=; fi
        install_packages "EvalDesk" python3 python3-venv $QT_PACKAGES $windows
        found=$(find_python)
    fi
    [ -n "$found" ] || fail "EvalDesk needs Python 3.11, 3.12 or 3.13; EVALDESK_PYTHON may name one."
    say "Making .venv with $found"
    "$found" -m venv --clear .venv
}

# A copy of each lock file stays in the environment once it is installed there.
installed() { cmp -s "$LOCKS/$1.txt" ".venv/locked-$1.txt"; }

install_locked() {
    installed "$1" && return
    say "Installing what packaging/requirements/$1.txt locks"
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps \
        --requirement "$LOCKS/$1.txt" >&2
    cp "$LOCKS/$1.txt" ".venv/locked-$1.txt"
}

install_project() {
    cmp -s pyproject.toml .venv/locked-project.toml && return
    "$PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps --no-index \
        --no-build-isolation --editable . >&2
    cp pyproject.toml .venv/locked-project.toml
}

has_display() { [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ] || [ "$(uname)" = Darwin ]; }

# Ask the libraries themselves: they know best whether they load.
qt_loads() {
    "$PYTHON" -c 'import PySide6.QtSvg, PySide6.QtWidgets' 2>/dev/null
}
window_loads() {
    "$PYTHON" -c '
import ctypes, pathlib, PySide6
plugin = pathlib.Path(PySide6.__file__).parent / "Qt/plugins/platforms/libqxcb.so"
ctypes.CDLL(str(plugin)) if plugin.exists() else None' 2>/dev/null
}

see_to_qt() {
    qt_loads || install_packages "Qt" $QT_PACKAGES
    qt_loads || "$PYTHON" -c 'import PySide6.QtSvg, PySide6.QtWidgets'
    if has_display && ! window_loads; then install_packages "A window" $WINDOW_PACKAGES; fi
}

# Tests that drive a real window, listen on the accessibility bus or watch system calls look for
# these; without them they are skipped and say so, so that nothing here ends a run.
see_to_tests() {
    command -v apt-get >/dev/null || return 0
    wanted=
    for pair in Xvfb:xvfb xdotool:xdotool strace:strace dbus-daemon:dbus busctl:systemd; do
        command -v "${pair%:*}" >/dev/null || wanted="$wanted ${pair#*:}"
    done
    [ -x /usr/libexec/at-spi-bus-launcher ] || [ -x /usr/lib/at-spi2-core/at-spi-bus-launcher ] ||
        wanted="$wanted at-spi2-core"
    window_loads || wanted="$wanted $WINDOW_PACKAGES"
    [ -z "$wanted" ] || (install_packages "Trying real windows" $wanted) ||
        say "Not installed; tests that need these are skipped."
}

set_up() {
    make_environment
    # What the checks need holds all that the program needs.
    if [ "$1" = dev ] || ! installed dev; then install_locked "$1"; fi
    install_locked build
    install_project
    see_to_qt
    if [ "$1" = dev ]; then see_to_tests; fi
}
