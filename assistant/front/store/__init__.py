"""The front's database: schema, chats, retention, tombstones, backups."""
