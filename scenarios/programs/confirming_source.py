"""A source that sends `count` messages and asks for confirms.

It begins with one message every `every`. What a full queue refuses it keeps, sends again later, and
goes at half its speed, down to a twentieth; each message that is accepted makes it a little faster
again.
"""

import dse

options = dse.context().options
resource = dse.context().to[0]
least = dse.parse_duration(options["every"])
most = 20 * least

unsent = [dse.Message(b"digit", key=str(number)) for number in reversed(range(options["count"]))]
pause = least
accepted_count = refused_count = 0


def note(message, accepted):
    global pause, accepted_count, refused_count
    if accepted:
        accepted_count += 1
        pause = max(least, pause * 9 // 10)
    else:
        refused_count += 1
        pause = min(pause * 2, most)
        unsent.append(message)
    dse.eval_([(dse.metric, "accepted", accepted_count), (dse.metric, "refused", refused_count)])


def send():
    if accepted_count == options["count"]:
        return dse.eval_([(dse.exit_, 0)])
    written = []
    if unsent:
        written.append((dse.write_resource, resource, unsent.pop(), False, True))
    dse.eval_(written + [(dse.after, pause), (send,)])


dse.on_confirm(note)
dse.start([(send,)])
