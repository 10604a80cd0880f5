"""Files of devices as people keep them: CSV and spreadsheets, read into cells and written from them.

Bytes come in and go out; nothing here opens a file.
"""
