# The guide's class, section "Database Logging", word for word.
import json
import sqlite3
from datetime import datetime

class WebhookLogger:
    def __init__(self, db_path):
        self.db_path = db_path
        self.init_database()
    
    def init_database(self):
        """Initialize webhook logging database."""
        conn = sqlite3.connect(self.db_path)
        cursor = conn.cursor()
        
        cursor.execute('''
            CREATE TABLE IF NOT EXISTS webhook_logs (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                timestamp TEXT NOT NULL,
                event_type TEXT NOT NULL,
                source_ip TEXT,
                payload TEXT NOT NULL,
                processed BOOLEAN DEFAULT FALSE,
                error_message TEXT
            )
        ''')
        
        conn.commit()
        conn.close()
    
    def log_webhook(self, event_type, source_ip, payload, processed=True, error=None):
        """Log webhook event."""
        conn = sqlite3.connect(self.db_path)
        cursor = conn.cursor()
        
        cursor.execute('''
            INSERT INTO webhook_logs 
            (timestamp, event_type, source_ip, payload, processed, error_message)
            VALUES (?, ?, ?, ?, ?, ?)
        ''', (
            datetime.utcnow().isoformat(),
            event_type,
            source_ip,
            json.dumps(payload),
            processed,
            error
        ))
        
        conn.commit()
        conn.close()
