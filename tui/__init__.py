"""The Textual app: screens, widgets and keys. It knows no file format and starts no process."""
