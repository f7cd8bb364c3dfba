"""What an officer does with requests: functions over one transaction, for desk and commands alike.

`entering` takes down a request on the telephone or at the counter.
"""
