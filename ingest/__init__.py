"""What happens between the broker and the commit: decode, check, batch, set aside, count."""
