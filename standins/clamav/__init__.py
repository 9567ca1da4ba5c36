"""A stand-in of ClamAV's daemon, clamd, as it speaks INSTREAM over TCP."""
