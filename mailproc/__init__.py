"""Carries a data request all the way by e-mail, for an education area office.

A mail goes mailbox → collect → store (its raw bytes first) → intake → sandbox (parsers) → placing
and workflow, which decide and touch nothing → store (state, history and what is owed, in one
transaction). What is owed is done by fulfil (datasets), outbox (mails) and deadlines, each a loop
over rows that are due; web pages show a request and take the director's decision. Imports point
down this page, and tests/test_layers.py holds that.

    cli/          the commands of run.py
    machine/      backup, restore, the systemd units, upgrade
    demo/         an embedded mail server, and actors who play requester and director
    service.py    the composition root: builds all, runs the loops, stops cleanly
    config.py     settings from mailproc.toml, environment and secret files; all faults at once
    sections/     what stands in each section of mailproc.toml
    office.py     what settings and people mean for each part
    watch.py      keeps the connection to the mailbox    loops.py  a thread that takes turns
    claiming.py   what a turn held that an outage broke off is done again at once
    collect.py    one turn: mailbox → store, and the flags that are owed there
    intake.py     one turn: stored mails → verdicts    settling/  those of one transaction
    fulfil.py     one turn: due jobs → datasets → workflow
    outbox.py     one turn: due letters → compose → delivery → result; only this sends
    drafting.py   what each mail is made of    fates.py  what its fate means for a request
    filing.py     one turn: what was sent → the folder of sent mail, where the server does not do it
    outgoing.py   the gate of all outgoing mail, and which letters go in one
    tell.py       what the people of the office learn of it
    enrolment.py  who gets, loses or hands over a role or a code; written in the register
    people_letters.py  letters about people's codes and devices, as their register owes them
    standing_in.py  absences: both are told, and who stands in gets what waits
    drops.py      one turn: files in the drop folder → rounds, each with a report
    accounts.py   once a month: what was approved ahead let through
    months/       the figures of a month, as a workbook
    deadlines.py  one turn: requests whose date has come → workflow; the daily seal
    morning.py    one turn: to each officer, all that waits, once a working day
    roundups.py   one turn: what waits for a person, as one mail in place of many
    alarms/       what is wrong, in words; told by mail, and by a second way out
    officer/      what an officer does with requests, whether at the desk or by command
    retention.py  once a night: what was kept long enough is erased
    health/       how the daemon is, and what is held back until it is right again
    web/          public pages (decision, status) and internal ones, on two listeners
    deciding/     the one way in for a decision: who may, the proof, and the taking
    composing.py  letters as bytes, many at a time in a child
    sandbox.py    parsers and builders in child processes with limits
    placing/      which verdict a mail gets and what it means for a request (pure)
    logins/       passwords and tokens of mail accounts, what was refused, mail services
    mail/         mailbox (IMAP), delivery (SMTP), compose, headers, login, sender
    store/        the tables, and the only writers of them; chain, seals, claims, migrations
    datasets/     catalogue, import, query, workbook, privacy and the egress gate
    requestform/  the form to hand out, as text, DOCX, XLSX and fillable PDF
    parsers/      bytes of a mail in, values out (pure)
    promise/      whose time passed: the clock per stage, and the figures of a month (pure)
    workflow/     the table of states, decide, what to ask, policies, retries (pure)
    texts.py, wording.py, changes.py, english.py, defang.py   texts as files, requests and what
                  changed of them in words, outside text made harmless
    thai.py       digits, Buddhist dates, names, column widths, sorting
    digest.py     canonical JSON, and the digest that chains and approvals are made of
    robots.py     addresses behind which no person reads
    publicdays.py the holidays of government offices in Thailand
    clock.py      the time now, for those at the top; all others are told
    model.py      the frozen nouns between the modules
    errors.py     what can go wrong; the class says what the caller can do
"""
