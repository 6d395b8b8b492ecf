"""Debian packages that cannot be had in any other way: found missing, then installed.

What is looked for is the thing itself and not the package, so that another system that
has PostgreSQL, Chromium and a Chinese font is as good.
"""

import glob
import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from . import postgres
from .common import Failure, is_root, log_path, run_logged, step

NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/no-main.conf")
BROWSERS = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


def has_postgresql():
    """A server of our own needs the programs; somebody else's only the client."""
    if postgres.is_external():
        return bool(shutil.which("psql"))
    return bool(postgres.find_programs())


def has_chinese_font():
    """Chromium prints boxes in place of Chinese without one of these."""
    if shutil.which("fc-list"):
        found = subprocess.run(
            ["fc-list", ":lang=zh-cn", "family"], capture_output=True, check=False
        )
        return bool(found.stdout.strip())
    return bool(glob.glob("/usr/share/fonts/**/*CJK*", recursive=True))


def has_libatomic():
    """Playwright's own node is linked with it, and a minimal Debian has it not."""
    folders = ("/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/lib/*-linux-gnu")
    return any(glob.glob(f"{folder}/libatomic.so.1") for folder in folders)


def has_browser():
    """Odoo's browser tests and our PDF printing look for these names."""
    return any(shutil.which(name) for name in BROWSERS)


def has_venv():
    """Debian ships Python without the two modules that make virtual environments."""
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def has_certificates():
    """Without them no download over https is trusted."""
    return os.path.exists("/etc/ssl/certs/ca-certificates.crt")


def missing_packages():
    """Return the names of the Debian packages whose content is not on this machine."""
    database = "postgresql-client" if postgres.is_external() else "postgresql"
    wanted = {
        database: has_postgresql,
        "chromium": has_browser,
        "fonts-noto-cjk": has_chinese_font,
        "libatomic1": has_libatomic,
        "python3-venv": has_venv,
        "ca-certificates": has_certificates,
    }
    return [name for name, is_there in wanted.items() if not is_there()]


def ensure_packages():
    """Install what is missing, or say which packages to install."""
    missing = missing_packages()
    if not missing:
        return
    names = " ".join(missing)
    prefix = _prefix()
    if prefix is None:
        raise Failure(
            f"These Debian packages are missing and ./dev may not install them: run "
            f"'apt-get install --no-install-recommends {names}' as root, then ./dev again."
        )
    with step(f"Installing the Debian packages {names}"):
        if "postgresql" in missing:
            _forbid_main_cluster(prefix)
        _install(prefix, missing)
    still = missing_packages()
    if still:
        raise Failure(
            f"The Debian packages {' '.join(still)} are installed but what they bring is not "
            f"found: look at {log_path('apt-install')}."
        )


def _prefix():
    """Return how to become root: not needed, by sudo without a password, or None."""
    if not shutil.which("apt-get"):
        return None
    if is_root():
        return []
    sudo = ["sudo", "-n"]
    if (
        shutil.which("sudo")
        and not subprocess.run([*sudo, "true"], capture_output=True, check=False).returncode
    ):
        return sudo
    return None


def _forbid_main_cluster(prefix):
    """Keep the package from starting a server of its own on port 5432."""
    script = (
        f"test -e {NO_CLUSTER} || {{ mkdir -p {NO_CLUSTER.parent} && "
        f"echo 'create_main_cluster = false' > {NO_CLUSTER}; }}"
    )
    subprocess.run([*prefix, "sh", "-c", script], check=True)


def _install(prefix, names):
    """Install ``names``, after reading the package lists anew when that is needed."""
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    apt = [*prefix, "apt-get", "-o", "DPkg::Lock::Timeout=300", "-y", "-q"]
    install = [*apt, "install", "--no-install-recommends", *names]
    failure = (
        f"The Debian packages {' '.join(names)} could not be installed: "
        "check the network and the package sources, then run ./dev again"
    )
    try:
        run_logged(install, "apt-install", failure, finish=True, env=environment)
    except Failure:
        run_logged([*apt, "update"], "apt-update", failure, finish=True, env=environment)
        run_logged(install, "apt-install", failure, finish=True, env=environment)
