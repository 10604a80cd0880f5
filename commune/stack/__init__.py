"""Servers of our own on this machine: PostgreSQL and Mosquitto, private, stopped with what started them."""
