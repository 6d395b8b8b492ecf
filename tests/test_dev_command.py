"""The developer command: what it says when something is wrong, and that it can be stopped."""

import io
import os
import re
import runpy
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import namedtuple
from pathlib import Path

import pytest

from odoo.tools import config

from devtools import (
    addons,
    common,
    databases,
    debian,
    log_gate,
    odoo_source,
    postgres,
    templates,
    tests_command,
)
from devtools.common import REPO, Failure

pytestmark = pytest.mark.once

DEV = REPO / "dev"
RUN_DATABASE = f"dev_command_{os.getpid()}"


def clean_environment(**changes):
    """Return the environment of a shell in which nobody has set anything up."""
    ours = ("PG", "ODOO_RC", "COMPLAINT_DEV", "VIRTUAL_ENV")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return {**kept, **changes}


def run_dev(*arguments, **changes):
    """Run ``./dev`` to its end."""
    return subprocess.run(
        [str(DEV), *arguments],
        env=clean_environment(**changes),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def assert_one_sentence(done, *words):
    """It failed, and said why in one line that holds ``words``."""
    assert done.returncode == 1, done.stderr
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    for word in words:
        assert word in lines[0]


def free_port():
    """Return a port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_help_names_every_command():
    text = run_dev("--help").stdout
    for command in ("run", "test", "bench", "lint", "i18n", "shell", "psql", "reset"):
        assert f"\n    {command} " in text


def test_unknown_arguments_are_refused():
    assert run_dev("run", "--prot", "1").returncode == 2
    assert run_dev("fly").returncode == 2


def test_files_are_shared_by_as_many_processes_as_pay(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: range(3))
    jobs = tests_command._default_jobs
    this, other = "tests/test_dev_command.py", "tests/test_architecture.py"
    assert jobs([]) == jobs(["tests"]) == jobs(["-m", "not live"]) == 3
    assert jobs([f"{this}::test_a", f"{this}::test_b"]) == 1
    assert jobs([this, other, "-x"]) == 2
    assert jobs(["-s"]) == jobs(["tests", "--pdb"]) == 1
    monkeypatch.setattr(os, "sched_getaffinity", lambda _pid: range(64))
    assert jobs([]) == tests_command.MOST_JOBS


def test_each_process_has_a_database_of_its_own(dev_setup, new_database):
    """What one process commits or cleans up, no other sees: neither rows nor files."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    assert dev_setup["database"].endswith(worker)
    assert config["db_name"] == [dev_setup["database"]]
    assert re.match(config["dbfilter"], dev_setup["database"])
    folder = Path(config.filestore(dev_setup["database"]))
    assert folder.resolve() == (databases.FILESTORE / dev_setup["database"]).resolve()
    assert worker in new_database()


def test_wrong_python_names_the_right_one(monkeypatch, tmp_path):
    version = namedtuple("version", "major minor micro")(3, 9, 2)
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SystemExit, match=r"needs python3\.11, but this is .*: install python3\.11"):
        runpy.run_path(str(DEV), run_name="__main__")


def test_odoo_home_without_odoo(tmp_path):
    done = run_dev("psql", ODOO_HOME=str(tmp_path))
    assert_one_sentence(done, "ODOO_HOME", str(tmp_path), "source tree of Odoo 19.0")


def test_odoo_home_of_another_series(tmp_path):
    (tmp_path / "odoo").mkdir()
    release = tmp_path / "odoo" / "release.py"
    release.write_text("version_info = (18, 0, 0, FINAL, 0, '')\n")
    assert_one_sentence(run_dev("psql", ODOO_HOME=str(tmp_path)), "18.0", "19.0 is needed")
    release.write_text("version_info = ('saas~19', 1, 0, FINAL, 0, '')\n")
    assert odoo_source.read_series(tmp_path / "odoo") == "saas-19.1"


def test_port_in_use():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run_dev("run", "--port", str(taken.getsockname()[1]))
    assert_one_sentence(done, "Port", "--port")


def test_one_worker_prints_no_pdf():
    assert_one_sentence(run_dev("run", "--workers", "1", "--port", str(free_port())), "at least 2")


def test_postgresql_that_does_not_answer(tmp_path):
    done = run_dev("psql", PGHOST=str(tmp_path))
    assert_one_sentence(done, "does not answer", "unset them")


def test_name_of_a_database_is_checked():
    for name in ("a b", "x;y", "../up", "", "1st"):
        with pytest.raises(Failure, match="no name for a database"):
            databases.check_name(name)


def test_full_disk_is_told_before_the_download(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**12, 10**12, 10**8))
    with pytest.raises(Failure, match=r"Only 0\.1 GB are free .* free some disk space"):
        common.need_disk(3)


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr(debian, "has_chinese_font", lambda: False)
    monkeypatch.setattr(debian, "has_browser", lambda: False)
    monkeypatch.setattr(debian, "_prefix", lambda: None)
    with pytest.raises(Failure, match="chromium fonts-noto-cjk"):
        debian.ensure_packages()


def test_fingerprint_follows_what_a_database_holds(monkeypatch, tmp_path):
    monkeypatch.setattr(addons, "REPO", tmp_path)
    for place in ("models", "tests", "static/tests", "i18n"):
        (tmp_path / "some_addon" / place).mkdir(parents=True)
    before = addons.fingerprint("some_addon")
    (tmp_path / "some_addon" / "tests" / "test_a.py").write_text("1")
    (tmp_path / "some_addon" / "i18n" / "some_addon.pot").write_text("1")
    assert addons.fingerprint("some_addon") == before
    (tmp_path / "some_addon" / "static" / "tests" / "tour.js").write_text("1")
    after_tour = addons.fingerprint("some_addon")
    assert after_tour != before
    (tmp_path / "some_addon" / "models" / "a.py").write_text("1")
    assert addons.fingerprint("some_addon") != after_tour


def test_log_gate_keeps_the_lines_that_matter(tmp_path):
    log = tmp_path / "odoo.log"
    log.write_text(
        "2026-01-01 10:00:00,000 1 INFO db odoo.modules: fine\n"
        "2026-01-01 10:00:00,000 1 WARNING db odoo.models: field x has an unknown parameter\n"
        "  on two lines\n"
        "2026-01-01 10:00:00,000 1 INFO db odoo.modules: fine again\n"
        "2026-01-01 10:00:00,000 1 WARNING db odoo.http: cannot execute INSERT in a read-only "
        "transaction, retrying with a read/write cursor\n"
    )
    found = log_gate.bad_lines(log)
    assert [line.split(": ")[-1].strip() for line in found] == [
        "field x has an unknown parameter",
        "on two lines",
    ]


def test_left_over_databases_are_dropped(dev_setup):
    name = f"{databases.PREFIX}_run_999999999_tests"
    databases.create(name)
    databases.drop_left_behind()
    assert not databases.exists(name)
    assert databases.exists(dev_setup["database"]), "the one in use stays"


def test_copies_keep_the_files(new_database):
    source, copy = new_database(), new_database()
    folder = databases.FILESTORE
    names = {path.name for path in (folder / source).rglob("*") if path.is_file()}
    assert names
    assert names == {path.name for path in (folder / copy).rglob("*") if path.is_file()}


def test_database_is_sorted_by_code_point(dev_setup):
    sql = "SELECT datcollate, datctype FROM pg_database WHERE datname = current_database()"
    assert databases.query(sql, dev_setup["database"]) == [["C.UTF-8", "C.UTF-8"]]


def test_prepared_database_speaks_both_languages(dev_setup):
    rows = databases.query("SELECT code FROM res_lang WHERE active ORDER BY 1", dev_setup["base"])
    assert [row[0] for row in rows] == ["en_US", "zh_CN"]


def test_prepared_database_calls_nobody(dev_setup):
    rows = databases.query(
        "SELECT c.active FROM ir_cron c JOIN ir_model_data d ON d.res_id = c.id AND "
        "d.model = 'ir.cron' WHERE d.name = 'ir_cron_module_update_notification'",
        dev_setup["database"],
    )
    assert rows == [["f"]]
    if not dev_setup["auto"]:
        installed = databases.query(
            "SELECT name FROM ir_module_module WHERE state = 'installed'", dev_setup["database"]
        )
        names = {row[0] for row in installed}
        assert not names & set(templates.CALLING_HOME)
        assert set(addons.COMPANIONS) <= names


@pytest.fixture
def cluster(monkeypatch, tmp_path_factory):
    """A private server of this test's own, in a short path that its user can reach."""
    if not postgres.find_programs():
        pytest.skip("the PostgreSQL in use is somebody else's")
    folder = tmp_path_factory.mktemp("pg")
    for path in (folder, *folder.parents):
        if os.stat(path).st_uid == os.getuid() and path != path.parent:
            path.chmod(path.stat().st_mode | 0o011)
    for name in ("PGHOST", "PGPORT", "PGUSER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(postgres, "STATE", folder)
    made = postgres.Cluster()
    yield made
    made.remove()


def test_server_survives_a_kill_and_a_foreign_pid(cluster):
    cluster.start()
    pid_file = cluster.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    time.sleep(0.5)
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    cluster.start()
    assert pid_file.read_text().split()[0] != str(os.getpid())
    cluster.start()


def start_run(port):
    """Start ``./dev run`` and return it with what it printed until it was ready."""
    process = subprocess.Popen(
        [str(DEV), "run", "--db", RUN_DATABASE, "--port", str(port)],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    text = ""
    for line in process.stdout:
        text += line
        if "Stop with" in line:
            return process, text
    raise AssertionError(text)


@pytest.fixture
def run_database(dev_setup):
    """Drop the database of ``start_run`` afterwards."""
    if dev_setup["auto"] or set(dev_setup["names"]) != set(addons.present()):
        pytest.skip("./dev run installs all addons in another way than this run of the tests")
    yield
    databases.drop(RUN_DATABASE)


def is_open(port):
    """Tell whether somebody answers on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_run_serves_and_stops(run_database):
    port = free_port()
    process, text = start_run(port)
    try:
        assert f"http://127.0.0.1:{port} " in text
        assert urllib.request.urlopen(f"http://127.0.0.1:{port}/web/login").status == 200
        again = run_dev("run", "--db", RUN_DATABASE, "--port", str(free_port()))
        assert_one_sentence(again, "served by another", "--db")
    finally:
        process.send_signal(signal.SIGINT)
    assert process.wait(60) == 0
    assert not is_open(port)


def test_killed_run_leaves_no_server_behind(run_database):
    port = free_port()
    process, _text = start_run(port)
    process.kill()
    process.wait()
    deadline = time.monotonic() + 30
    while is_open(port) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not is_open(port)
    process, _text = start_run(port)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def test_foreign_database_is_left_alone(run_database):
    databases.create(RUN_DATABASE)
    for options in ([], ["--fresh"]):
        done = run_dev("run", "--db", RUN_DATABASE, "--port", str(free_port()), *options)
        assert_one_sentence(done, RUN_DATABASE, "was not made by ./dev")
    assert databases.exists(RUN_DATABASE)


def test_fixtures_reach_a_database_and_a_server(new_database, odoo_cli, odoo_server):
    name = new_database(addons=False)
    done = odoo_cli(name, "shell", stdin="print('name is', env.user.name)")
    assert "name is OdooBot" in done.log
    assert done.bad_lines == []
    assert urllib.request.urlopen(odoo_server.url + "/web/login").status == 200
    odoo_server.stop()
    assert not is_open(odoo_server.port)


PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"></head><body style="margin:0">
<h2>{title}</h2><table><thead><tr><th>编号</th></tr></thead><tbody>{rows}</tbody></table>
</body></html>"""
EDGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><script>
function fill() {{ var v = {{}}; location.search.substring(1).split("&").forEach(
function (x) {{ var z = x.split("="); v[z[0]] = unescape(z[1]); }});
document.getElementById("x").textContent = "{word} " + v.sitepage + "/" + v.sitepages; }}
</script></head><body onload="fill()"><p id="x"></p></body></html>"""


def test_stand_in_prints_headers_footers_and_page_numbers(tmp_path):
    """Two documents in one file, each with its own page numbers, split by their outline."""
    from pypdf import PdfReader

    if not debian.has_browser():
        pytest.skip("chromium is not installed")
    rows = "".join(f"<tr><td>投诉 {number}</td></tr>" for number in range(120))
    inputs = []
    for number, title in enumerate(("第一件", "Second")):
        path = tmp_path / f"report.body.tmp.{number}.html"
        path.write_text(PAGE.format(title=title, rows=rows if number == 0 else ""), "utf-8")
        inputs.append(str(path))
    for word in ("HEAD", "FOOT"):
        (tmp_path / word).write_text(EDGE.format(word=word), "utf-8")
    output = tmp_path / "out.pdf"
    command = [str(common.BIN / "wkhtmltopdf"), "--quiet", "--page-size", "A5"]
    command += ["--orientation", "landscape", "--margin-top", "20", "--header-spacing", "15"]
    command += ["--header-html", str(tmp_path / "HEAD"), "--footer-html", str(tmp_path / "FOOT")]
    subprocess.run([*command, *inputs, str(output)], check=True)
    reader = PdfReader(io.BytesIO(output.read_bytes()))
    texts = [page.extract_text() for page in reader.pages]
    first = len(texts) - 1
    assert first > 1
    assert round(float(reader.pages[0].mediabox.width) / 72 * 25.4) == 210
    assert round(float(reader.pages[0].mediabox.height) / 72 * 25.4) == 148
    for number, text in enumerate(texts[:-1], 1):
        assert f"HEAD {number}/{first}" in text
        assert f"FOOT {number}/{first}" in text
        assert "编号" in text, "the head of the table is repeated"
    assert "第一件" in texts[0]
    assert "HEAD 1/1" in texts[-1]
    root = reader.trailer["/Root"]
    entry = root["/Outlines"]["/First"]
    places = [root["/Dests"][entry["/Dest"]][0], root["/Dests"][entry["/Next"]["/Dest"]][0]]
    assert places == [0, first]


def test_stand_in_names_itself_as_the_patched_one():
    done = subprocess.run(
        [str(common.BIN / "wkhtmltopdf"), "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "wkhtmltopdf 0.12.6 (with patched qt)"
