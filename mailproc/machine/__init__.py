"""The machine under the office: backup, restore, the service unit, upgrade.

sealed.py     an encrypted file: written in one pass, read back and checked
snapshot.py   a consistent copy of a database while the daemon works, as one SQLite file
contents.py   which files belong to an office besides its databases
backup.py     all of it as one file; which old ones go: pruning.py
    overdue.py    an alarm where the newest backup is too old
restore.py    that file on an empty machine; doubts.py: what may have happened since
traces.py     what the mailbox still shows of the time after the backup
unit.py       the systemd units as text     notify.py   tells systemd that all loops turn
upgrade.py    a new program in the old one's place, or the old one as it was
"""
