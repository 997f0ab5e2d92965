-- What a front of this version wrote; :now stands for the time at which it stopped.
CREATE TABLE chats ( id VARCHAR(64) NOT NULL, channel VARCHAR(20) NOT NULL, recipient VARCHAR(255), language VARCHAR(8) NOT NULL, spoken VARCHAR(8), created_at FLOAT NOT NULL, last_at FLOAT NOT NULL, last_sequence INTEGER NOT NULL, delivered INTEGER NOT NULL, PRIMARY KEY (id) );
CREATE INDEX ix_chats_last_at ON chats (last_at);
CREATE TABLE erasures ( sender VARCHAR(255) NOT NULL, PRIMARY KEY (sender) );
CREATE TABLE events ( chat VARCHAR(64) NOT NULL, sequence INTEGER NOT NULL, type VARCHAR(12) NOT NULL, at FLOAT NOT NULL, data TEXT NOT NULL, PRIMARY KEY (chat, sequence) );
CREATE TABLE feedback ( chat VARCHAR(64) NOT NULL, sequence INTEGER NOT NULL, helpful BOOLEAN NOT NULL, reason TEXT, at FLOAT NOT NULL, PRIMARY KEY (chat, sequence) );
CREATE TABLE messages ( chat VARCHAR(64) NOT NULL, sequence INTEGER NOT NULL, external_id VARCHAR(255) NOT NULL, language VARCHAR(8), choice VARCHAR(8), accepted_at FLOAT NOT NULL, state VARCHAR(12) NOT NULL, PRIMARY KEY (chat, sequence), UNIQUE (chat, external_id) );
CREATE INDEX ix_messages_state ON messages (state);
INSERT INTO chats (id, channel, recipient, language, spoken, created_at, last_at, last_sequence, delivered) VALUES ('Zm9yLXRlc3Rpbmctb25seQ', 'web', NULL, 'de', 'de', :now - 600, :now - 5, 3, 0);
INSERT INTO events (chat, sequence, type, at, data) VALUES ('Zm9yLXRlc3Rpbmctb25seQ', 1, 'visitor', :now - 500, '{"id": "11111111-1111-4111-8111-111111111111", "text": "Wann wurde die IOM gegründet?"}');
INSERT INTO events (chat, sequence, type, at, data) VALUES ('Zm9yLXRlc3Rpbmctb25seQ', 2, 'assistant', :now - 495, '{"reply_to": "11111111-1111-4111-8111-111111111111", "kind": "fact", "language": "de", "parts": [{"text": "Die IOM wurde 1951 gegründet.", "question": null, "entry": null, "kind": "fact", "as_of": null, "as_of_text": null, "sources": []}], "heading": null, "suggestions": [], "answer": {"kind": "fact", "entries": ["ask_history/founding"], "language": "de", "as_of": "2021-12", "sources": [{"title": "70 Jahre IOM", "url": "https://germany.iom.int"}]}}');
INSERT INTO events (chat, sequence, type, at, data) VALUES ('Zm9yLXRlc3Rpbmctb25seQ', 3, 'visitor', :now - 5, '{"id": "22222222-2222-4222-8222-222222222222", "text": "Wer leitet die IOM?"}');
INSERT INTO feedback (chat, sequence, helpful, reason, at) VALUES ('Zm9yLXRlc3Rpbmctb25seQ', 2, true, 'gut', :now - 400);
INSERT INTO messages (chat, sequence, external_id, language, choice, accepted_at, state) VALUES ('Zm9yLXRlc3Rpbmctb25seQ', 1, '11111111-1111-4111-8111-111111111111', 'de', NULL, :now - 500, 'answered');
INSERT INTO messages (chat, sequence, external_id, language, choice, accepted_at, state) VALUES ('Zm9yLXRlc3Rpbmctb25seQ', 3, '22222222-2222-4222-8222-222222222222', 'de', NULL, :now - 5, 'waiting');
