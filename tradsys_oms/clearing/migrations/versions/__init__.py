"""One file per revision, each with its statements in an SQL file of the same name."""
