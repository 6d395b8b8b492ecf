"""Several people at once: numbers stay unique and histories whole (issue 2, section 3).

Real transactions against a live server: each worker logs in by itself and works through
the web client's own calls, so that Odoo's retry of refused transactions is part of the test.
"""

import contextlib
import threading

import psycopg2
import pytest
import requests

WORKERS = 4
PER_WORKER = 6


class Client:
    """One person at a browser."""

    def __init__(self, server, login='admin', password='admin'):
        self.url = server.url
        self.session = requests.Session()
        reply = self.session.post(
            f'{self.url}/web/session/authenticate',
            json={'params': {'db': server.database, 'login': login, 'password': password}},
            timeout=60,
        ).json()
        assert reply['result']['uid'], reply

    def call(self, model, method, *args, **kwargs):
        """Call a method of a model as the web client does; raise for an error."""
        reply = self.session.post(
            f'{self.url}/web/dataset/call_kw/{model}/{method}',
            json={'params': {'model': model, 'method': method, 'args': args, 'kwargs': kwargs}},
            timeout=120,
        ).json()
        if 'error' in reply:
            raise RuntimeError(reply['error']['data']['message'])
        return reply['result']


def _query(database, sql, *args):
    with (
        contextlib.closing(psycopg2.connect(dbname=database)) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, args)
        return cursor.fetchall()


def _at_once(work, clients):
    """Run ``work(number, client)`` in a thread for each client, all starting together."""
    barrier = threading.Barrier(len(clients))
    results, errors = [], []

    def run(number, client):
        barrier.wait()
        try:
            results.append(work(number, client))
        except Exception as error:  # told to the test below, whatever it is
            errors.append(error)

    threads = [
        threading.Thread(target=run, args=(number, client)) for number, client in enumerate(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors
    return results


@pytest.fixture(scope='module')
def workers_server(new_server):
    """A server with several worker processes: threads of one process would take turns."""
    return new_server(workers=WORKERS)


@pytest.fixture(scope='module')
def clients(workers_server):
    """As many people as there are workers."""
    return [Client(workers_server) for _number in range(WORKERS)]


def _new_case(client, name):
    [case_id] = client.call('complaint.case', 'create', [{'name': name}])
    return case_id


def _verify(client, case_id):
    notice = client.call('complaint.case', 'action_verify_history', [case_id])
    return notice['params']


def test_one_key_sent_by_several_at_once_is_one_complaint(workers_server, clients):
    """Issue 7, item 6: concurrent calls with the same key; each caller gets the same number."""
    values = {'source': 'app', 'external_key': 'at-once', 'subject': "Sent by all"}
    replies = _at_once(
        lambda number, client: client.call('complaint.case', 'api_register', values), clients
    )
    assert len({reply['number'] for reply in replies}) == 1
    assert [reply['created'] for reply in replies].count(True) == 1


def test_four_creators_get_numbers_of_their_own(workers_server, clients):
    def create(number, client):
        return [_new_case(client, f"Case {number}.{n}") for n in range(PER_WORKER)]

    case_ids = sum(_at_once(create, clients), [])
    rows = _query(
        workers_server.database, "SELECT number FROM complaint_case WHERE id = ANY(%s)", case_ids
    )
    numbers = [number for (number,) in rows]
    assert len(numbers) == WORKERS * PER_WORKER
    assert all(numbers)
    assert len(set(numbers)) == len(numbers), sorted(numbers)


def test_four_batches_get_numbers_of_their_own(workers_server, clients):
    def create(number, client):
        values = [{'name': f"Batch {number}.{n}"} for n in range(20)]
        return client.call('complaint.case', 'create', values)

    case_ids = sum(_at_once(create, clients), [])
    [(count, distinct)] = _query(
        workers_server.database,
        "SELECT count(number), count(DISTINCT number) FROM complaint_case WHERE id = ANY(%s)",
        case_ids,
    )
    assert (count, distinct) == (WORKERS * 20, WORKERS * 20)


def test_the_history_stays_whole_under_four_writers_of_one_case(workers_server, clients):
    case_id = _new_case(clients[0], "Everybody writes here")
    [milestone] = clients[0].call('complaint.milestone', 'search', [('manual', '=', True)], limit=1)

    def record(number, client):
        for n in range(PER_WORKER):
            [wizard] = client.call(
                'complaint.case.record.milestone',
                'create',
                [{'case_id': case_id, 'milestone_id': milestone, 'note': f"{number}.{n}"}],
            )
            client.call('complaint.case.record.milestone', 'action_confirm', [wizard])

    _at_once(record, clients)
    rows = _query(
        workers_server.database,
        "SELECT sequence, note, hash, previous_hash FROM complaint_event WHERE case_id = %s "
        "ORDER BY sequence",
        case_id,
    )
    notes = sorted(note for _sequence, note, _hash, _previous in rows if note)
    assert notes == sorted(f"{w}.{n}" for w in range(WORKERS) for n in range(PER_WORKER))
    assert [row[0] for row in rows] == list(range(1, len(rows) + 1))
    assert [row[3] for row in rows[1:]] == [row[2] for row in rows[:-1]], "The chain forks"
    notice = _verify(clients[0], case_id)
    assert notice['type'] == 'success', notice


def test_the_history_stays_whole_when_the_case_itself_is_written_too(workers_server, clients):
    case_id = _new_case(clients[0], "Everybody moves it")
    stages = clients[0].call(
        'complaint.stage',
        'search',
        [('procedure_id.code', '=', 'standard'), ('phase', '=', 'assessment')],
    )

    def move(number, client):
        for n in range(PER_WORKER):
            client.call(
                'complaint.case',
                'web_save',
                [case_id],
                {'stage_id': stages[(number + n) % 2], 'description': f"{number}.{n}"},
                {},
            )

    _at_once(move, clients)
    [(count, head, events, last)] = _query(
        workers_server.database,
        "SELECT c.event_count, c.event_head, count(e.id), max(e.sequence) FROM complaint_case c "
        "JOIN complaint_event e ON e.case_id = c.id WHERE c.id = %s GROUP BY c.id",
        case_id,
    )
    assert count == events == last
    [(last_hash, to_stage)] = _query(
        workers_server.database,
        "SELECT hash, (payload->>'to_stage')::int FROM complaint_event "
        "WHERE case_id = %s AND sequence = %s",
        case_id,
        last,
    )
    assert last_hash == head
    [(stage_id,)] = _query(
        workers_server.database, "SELECT stage_id FROM complaint_case WHERE id = %s", case_id
    )
    assert stage_id == to_stage, "The history ends where the case stands"
    assert _verify(clients[0], case_id)['type'] == 'success'


def test_a_waiting_case_is_registered_once_by_two_at_once(workers_server, clients):
    for _time in range(5):
        [case_id] = clients[0].call(
            'complaint.case', 'create', [{'name': "By mail", 'registered_at': False}]
        )
        _at_once(
            lambda _number, client, case_id=case_id: client.call(
                'complaint.case', 'action_register', [case_id]
            ),
            clients,
        )
        [(count,)] = _query(
            workers_server.database,
            "SELECT count(*) FROM complaint_event e JOIN complaint_milestone m "
            "ON m.id = e.milestone_id WHERE e.case_id = %s AND m.code = 'registered'",
            case_id,
        )
        assert count == 1


def test_the_setting_that_allows_erasing_does_not_reach_another_transaction(workers_server):
    with contextlib.closing(psycopg2.connect(dbname=workers_server.database)) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('complaint.erasing', txid_current()::text, false)")
        connection.commit()
        with (
            connection.cursor() as cursor,
            pytest.raises(psycopg2.errors.RaiseException, match="append-only"),
        ):
            cursor.execute("DELETE FROM complaint_event")
