import { query } from './temporary-files.ts';

/** Python that writes rows with the guide's logger. */
export const guideRows = `
import sys
from webhook_logger import WebhookLogger
logger = WebhookLogger(sys.argv[1])
logger.log_webhook('scan_completed', '192.0.2.1', {
  'event_type': 'scan_completed', 'data': {'scan_id': 's1', 'target': 'ex\\u00e4mple.com'}})
logger.log_webhook('scan_failed', None, {'data': {'scan_id': 7, 'target': None}}, processed=False, error="it's down")
logger.log_webhook('unknown', '192.0.2.2', {}, processed=False)
logger.log_webhook('finding', '::1', {'data': {'scan_id': 's2', 'score': float('nan')}})
logger.log_webhook('list', '::1', [1, 2])
`;

/** Python that writes rows that the guide's logger does not write, but another program may. */
export const strangeRows = `
import sys, sqlite3
conn = sqlite3.connect(sys.argv[1])
insert = 'INSERT INTO webhook_logs (timestamp, event_type, payload, processed) VALUES (?, ?, ?, ?)'
conn.executemany(insert, [
  ('2024-01-01T12:00:00', 'whole_second', '{}', True),
  ('no time', 'no_time', 'no json', None),
  ('2024-01-01T12:00:00.000999', 'bytes', b'\\xff\\x00{', True),
  ('2024-01-01T12:00:00', 'deep', '[' * 5000, False),
])
conn.commit()
`;

const guideColumns = `id, timestamp, event_type, source_ip, typeof(payload) AS type, hex(payload) AS payload, processed,
  error_message`;
export const guideSelect = `SELECT ${guideColumns} FROM webhook_logs ORDER BY id`;

/** Read the version of the schema. */
export function versionOf(path: string): unknown {
  return query(path, 'PRAGMA user_version')[0];
}
