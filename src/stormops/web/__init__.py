"""HTTP as several processes speak it: bounded bodies, problems, who is signed in, one question on the loopback."""
