"""Where Odoo 19.0 comes from, in layers; the first that answers is taken.

1. ``ODOO_HOME``: a source tree or the unpacked root of a package.
2. An ``odoo`` of the right series that is installed on this machine.
3. ``.odoo/root``, unpacked by an earlier run.
4. Debian's package ``odoo-19`` with the packages whose files it links to.
"""

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path

from .common import (
    STATE,
    Failure,
    log_path,
    need_disk,
    replace_folder,
    run_logged,
    say,
    step,
    sweep,
)

SERIES = "19.0"
ROOT = STATE / "root"
APT = STATE / "apt"
MARK = "unpacked-by-dev"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"

# The web client of the package links to files of these.  Font Awesome has to be the 4.7 of
# Debian 12: in later releases the icons that Odoo uses have gone.
LINKED = (
    "fonts-montserrat/sid",
    "fonts-font-awesome/bookworm",
    "fonts-inconsolata/bookworm",
    "fonts-ocr-b/bookworm",
    "fonts-roboto-unhinted/bookworm",
    "libjs-jquery/bookworm",
    "libjs-jquery-form/bookworm",
    "libjs-underscore/bookworm",
)

# Debian leaves this file out, but a bundle lists it; the browser then logs an error, and a
# logged error fails every browser test.
STUB = "addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


class OdooSource:
    """An Odoo that can be imported.

    :param Path package: the folder ``odoo`` that holds ``release.py``
    """

    def __init__(self, package):
        self.package = Path(package).resolve()

    @property
    def python_path(self):
        """The folder that has to be on Python's path."""
        return self.package.parent

    @property
    def identity(self):
        """Say which Odoo this is, for the key of a prepared database."""
        release = self.package / "release.py"
        return f"{self.package} {read_series(self.package)} {_debian_version()} " + str(
            release.stat().st_mtime_ns
        )

    @property
    def is_complete(self):
        """Tell whether all files that the bundles name are there."""
        stub = Path(STUB)
        community = self.python_path / stub
        return (self.package / stub).exists() or community.exists()


def find_or_fetch():
    """Return the Odoo to use, downloading Debian's if there is no other."""
    home = os.environ.get("ODOO_HOME")
    if home:
        return _from_home(home)
    source = _installed() or _unpacked()
    if source:
        return source
    return _fetch()


def read_series(package):
    """Return the series that ``release.py`` of an Odoo names, or None."""
    try:
        text = (Path(package) / "release.py").read_text(encoding="utf-8")
    except OSError:
        return None
    found = re.search(r"^version_info\s*=\s*\((.*?),\s*(\d+)\s*,", text, re.MULTILINE)
    if not found:
        return None
    major = found[1].strip().strip("'\"").replace("saas~", "saas-")
    return f"{major}.{found[2]}"


def _from_home(home):
    """Return the Odoo that the user named."""
    root = Path(home).expanduser()
    for inside in ("odoo", "usr/lib/python3/dist-packages/odoo", "."):
        package = root / inside
        series = read_series(package)
        if series == SERIES:
            return OdooSource(package)
        if series:
            raise Failure(
                f"ODOO_HOME names an Odoo {series}, but {SERIES} is needed: set ODOO_HOME to a "
                f"source tree of Odoo {SERIES} or unset it."
            )
    raise Failure(
        f"ODOO_HOME is {home}, where no Odoo is: set it to a source tree of Odoo {SERIES} "
        "or unset it."
    )


def _installed():
    """Return an Odoo of the right series that this machine has."""
    for package in _installed_packages():
        if read_series(package) != SERIES:
            continue
        source = OdooSource(package)
        if source.is_complete:
            return source
        say(f"Not used: the Odoo in {package}, because its package leaves out files it needs.")
    return None


def _installed_packages():
    """Yield the folders that may hold an installed Odoo."""
    for name in ("odoo-bin", "odoo"):
        program = shutil.which(name)
        if not program:
            continue
        folder = Path(program).resolve().parent
        yield folder / "odoo"
        yield from folder.parent.glob("lib/python3*/site-packages/odoo")
    yield Path("/usr/lib/python3/dist-packages/odoo")


def _unpacked():
    """Return what an earlier run unpacked; a killed one leaves no mark."""
    package = ROOT / "usr/lib/python3/dist-packages/odoo"
    if (ROOT / MARK).exists() and read_series(package) == SERIES:
        return OdooSource(package)
    return None


def _debian_version():
    """Return the version of the package that was unpacked."""
    with contextlib.suppress(OSError):
        return (ROOT / MARK).read_text(encoding="utf-8").strip()
    return ""


def _no_odoo(why):
    """Return the error that says how to go on without a download."""
    return Failure(
        f"Odoo {SERIES} is not on this machine and {why}: check the network and run ./dev "
        f"again, or set ODOO_HOME to a source tree of Odoo {SERIES}"
    )


def _fetch():
    """Download Debian's package and those it links to, and unpack them together."""
    if not all(shutil.which(name) for name in ("apt-get", "dpkg-deb")):
        raise _no_odoo("this is no Debian that could download it")
    need_disk(3)
    with step("Downloading Odoo 19"):
        apt = _private_apt()
        _download(apt)
    with step("Unpacking Odoo 19"):
        return _unpack()


def _private_apt():
    """Return the apt options of a package list of our own; the machine's is left alone."""
    for folder in ("lists/partial", "cache/archives/partial", "debs"):
        (APT / folder).mkdir(parents=True, exist_ok=True)
    mirror = _mirror()
    signed = f"[signed-by={KEYRING}] " if os.path.exists(KEYRING) else ""
    lines = [f"deb {signed}{mirror} {suite} main\n" for suite in ("sid", "bookworm")]
    sources = APT / "sources.list"
    sources.write_text("".join(lines), encoding="utf-8")
    settings = {
        "Dir::Etc::sourcelist": sources,
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::Etc::preferences": "/dev/null",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::State::lists": APT / "lists",
        "Dir::Cache": APT / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Retries": "3",
    }
    apt = ["apt-get", "-q"]
    for key, value in settings.items():
        apt += ["-o", f"{key}={value}"]
    run_logged(
        [*apt, "-o", "APT::Update::Error-Mode=any", "update"],
        "odoo-lists",
        str(_no_odoo("Debian's package lists could not be read")),
    )
    return apt


def _mirror():
    """Return the Debian mirror that this machine uses itself."""
    command = ["apt-get", "indextargets", "Created-By: Packages"]
    command += ["Origin: Debian", "Label: Debian", "--format", "$(REPO_URI)"]
    for attempt in (1, 2):
        found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        if found.split():
            return found.split()[0]
        if attempt == 1 and os.geteuid() == 0:
            subprocess.run(["apt-get", "-q", "update"], capture_output=True, check=False)
    raise _no_odoo("its apt sources name no Debian mirror (run 'apt-get update' as root)")


def _download(apt):
    """Fetch the packages; apt checks each against the signed list."""
    for old in (APT / "debs").glob("*.deb"):
        old.unlink()
    run_logged(
        [*apt, "download", "odoo-19/sid", *LINKED],
        "odoo-download",
        str(_no_odoo("Debian's package odoo-19 could not be downloaded")),
        cwd=APT / "debs",
    )


def _unpack():
    """Unpack into a folder beside the final one, repair, and rename it in one go."""
    sweep(STATE, "root.new-*")
    new = STATE / f"root.new-{os.getpid()}"
    new.mkdir()
    debs = sorted((APT / "debs").glob("*.deb"))
    for deb in debs:
        run_logged(
            ["dpkg-deb", "-x", deb, new],
            "odoo-unpack",
            f"{deb.name} could not be unpacked: remove .odoo/apt and run ./dev again",
        )
    package = new / "usr/lib/python3/dist-packages/odoo"
    if read_series(package) != SERIES:
        raise _no_odoo(f"Debian's package is of another series (see {log_path('odoo-download')})")
    stub = package / STUB
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text("// Left out of the Debian package; no test needs it.\n")
    name = next(deb.name for deb in debs if deb.name.startswith("odoo-19_"))
    (new / MARK).write_text(name + "\n", encoding="utf-8")
    replace_folder(new, ROOT)
    for rest in ("lists", "cache", "debs"):
        shutil.rmtree(APT / rest, ignore_errors=True)
    return OdooSource(ROOT / "usr/lib/python3/dist-packages/odoo")
