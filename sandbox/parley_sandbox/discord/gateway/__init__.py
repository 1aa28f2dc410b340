"""Gateway v10: sessions, the protocol between them and a connection, and the websocket itself."""
