"""What a device is and what it says: kinds, fields, units, topics, codecs, registration. No input or output."""
